import type { Cast } from "./cast.js";
import type { Suite } from "./load_scenarios.js";
import { type PlayOptions, playScenario, ScenarioFailure } from "./play_scenario.js";
import { type Runner, RunnerLostError, type RunnerOptions, startRunner } from "./runner_process.js";
import type { KnownGap, Scenario } from "./schema.js";
import type { ServiceBuild } from "./service_host.js";

/** End of a scenario in one language. */
export interface ScenarioResult {
  readonly scenario: string;
  /** Undefined if it passed. */
  readonly failure: string | undefined;
  /** Explanation of the known gap, if the failure is one. */
  readonly gap?: string | undefined;
  readonly ms: number;
}

export interface PlayLanguageOptions {
  readonly suite: Suite;
  readonly scenarios: readonly Scenario[];
  readonly cast: Cast;
  readonly runner: RunnerOptions;
  /** Known gaps of this language. */
  readonly gaps?: readonly KnownGap[];
  readonly build?: ServiceBuild;
  /** Number of scenarios that are played at once. 4 by default. */
  readonly concurrency?: number;
}

/**
 * Plays scenarios with one runner, several at once. When the runner is lost, the scenarios that it was playing are
 * played again one by one, so that only the one at fault fails.
 */
export async function playLanguage(options: PlayLanguageOptions): Promise<ScenarioResult[]> {
  const { scenarios, concurrency = 4 } = options;
  const results = new Map<string, ScenarioResult>();
  let runner = startRunner(options.runner);
  const waiting = [...scenarios];
  const interrupted: Scenario[] = [];

  async function work(): Promise<void> {
    for (let scenario = waiting.shift(); scenario; scenario = waiting.shift()) {
      const result = await play(scenario, runner, options);
      if (result === "lost") {
        interrupted.push(scenario);
        return;
      }
      results.set(scenario.name, result);
    }
  }

  while (waiting.length > 0) {
    await Promise.all(Array.from({ length: concurrency }, work));
    for (const scenario of interrupted.splice(0)) {
      runner.kill();
      runner = startRunner(options.runner);
      const result = await play(scenario, runner, options);
      results.set(scenario.name, result === "lost" ? await describeLoss(scenario, runner) : result);
    }
    if (waiting.length > 0 && !(await isUsable(runner))) {
      runner.kill();
      runner = startRunner(options.runner);
    }
  }
  results.set(endName, await endOf(runner));
  return [...results.values()].map((result) => applyGap(result, options.gaps ?? []));
}

const endName = "The runner ends with 0 after the end of its input";
let playCount = 0;

async function play(
  scenario: Scenario,
  runner: Runner,
  { suite, cast, build }: PlayLanguageOptions,
): Promise<ScenarioResult | "lost"> {
  const startedAt = performance.now();
  const playOptions: PlayOptions = {
    ...{ cast, runner, fragments: suite.fragments, build, prefix: `${++playCount}/` },
  };
  const end = (failure?: string) => ({
    ...{ scenario: scenario.name, failure, ms: performance.now() - startedAt },
  });
  try {
    await playScenario(scenario, playOptions);
    return end();
  } catch (error) {
    if (error instanceof RunnerLostError) return "lost";
    return end(
      error instanceof ScenarioFailure ? error.message : `the player has failed: ${(error as Error).stack}`,
    );
  }
}

/** Returns the failure of a scenario during which the runner was lost. */
async function describeLoss(scenario: Scenario, runner: Runner): Promise<ScenarioResult> {
  const reason = await runner.close().then(
    () => "the runner was lost",
    (error: Error) => error.message,
  );
  return { scenario: scenario.name, failure: reason, ms: 0 };
}

async function isUsable(runner: Runner): Promise<boolean> {
  return runner.send({ command: "pkce" }).then(
    () => true,
    () => false,
  );
}

async function endOf(runner: Runner): Promise<ScenarioResult> {
  const startedAt = performance.now();
  const failure = await runner.close().then(
    () => undefined,
    (error: Error) => error.message,
  );
  return { scenario: endName, failure, ms: performance.now() - startedAt };
}

/** Turns a failure into a known gap, and a pass of a known gap into a failure. */
function applyGap(result: ScenarioResult, gaps: readonly KnownGap[]): ScenarioResult {
  const gap = gaps.find(({ scenario }) => scenario === result.scenario);
  if (!gap) return result;
  if (result.failure !== undefined) return { ...result, gap: gap.why };
  return { ...result, failure: "passes, but is listed in known_gaps.yaml: remove it there" };
}
