import { expect, test } from "vitest";
import { createCast } from "../../conformance/player/cast.js";
import { runnerCommandOf } from "../../conformance/player/languages.js";
import { loadKnownGaps, loadScenarios } from "../../conformance/player/load_scenarios.js";
import { playLanguage } from "../../conformance/player/play_language.js";
import { findTool } from "../support/tools.js";

/** Half a minute on a free machine, in milliseconds. */
const timeout = 600_000;

const { isUsable, skipNote } = findTool("a minute", () => undefined);

test.skipIf(!isUsable)(
  `the TypeScript client passes every scenario${skipNote}`,
  async () => {
    const suite = loadScenarios();
    const command = runnerCommandOf("typescript");
    if (!command) throw new Error("TypeScript has no runner");
    const gaps = loadKnownGaps().filter(({ language }) => language === "typescript");
    const results = await playLanguage({
      ...{ suite, scenarios: suite.scenarios, cast: await createCast(), runner: { command }, gaps },
    });
    expect(results.filter(({ failure, gap }) => failure !== undefined && gap === undefined)).toEqual([]);
    expect(results).toHaveLength(suite.scenarios.length + 1);
  },
  timeout,
);
