import { afterAll, beforeAll, expect, test } from "vitest";
import { createCast } from "../../conformance/player/cast.js";
import { type Language, runnerCommandOf } from "../../conformance/player/languages.js";
import { loadScenarios } from "../../conformance/player/load_scenarios.js";
import { playScenario, ScenarioFailure } from "../../conformance/player/play_scenario.js";
import { type Runner, RunnerLostError, startRunner } from "../../conformance/player/runner_process.js";
import { buildWith } from "../attack/mutated_build.js";
import { findTool } from "../support/tools.js";
import { mutants } from "./mutants.js";

/** Language of the runner. Another one, such as `go`, shows that its runner notices the same mutants. */
const language = (process.env.MUTANTS_LANGUAGE ?? "typescript") as Language;

const { isUsable, skipNote } = findTool("a minute", () => undefined);
const suite = loadScenarios();
let runner: Runner;

function startLanguage(): Runner {
  const command = runnerCommandOf(language);
  if (!command) throw new Error(`${language} has no runner`);
  // A mutant that answers nothing is noticed at the time-out.
  return startRunner({ command, timeoutMs: 12_000 });
}

beforeAll(() => {
  if (isUsable) runner = startLanguage();
});
afterAll(() => runner?.kill());

for (const [index, { name, changes, scenario: scenarioName }] of mutants.entries()) {
  test.skipIf(!isUsable)(`a scenario fails if ${name}${skipNote}`, async () => {
    const scenario = suite.scenarios.find((each) => each.name === scenarioName);
    if (!scenario) throw new Error(`there is no scenario ${scenarioName}`);
    const build = await buildWith(changes);
    const played = playScenario(scenario, {
      ...{ cast: await createCast(), runner, fragments: suite.fragments, prefix: `mutant ${index}/`, build },
    });
    const failure = await played.then(
      () => undefined,
      (error: unknown) => error,
    );
    if (failure instanceof RunnerLostError) runner = startLanguage();
    else expect(failure).toBeInstanceOf(ScenarioFailure);
  });
}
