// Plays the scenarios with the runners of the languages: `npm run conformance`. conformance/README.md describes them.
import { writeFileSync } from "node:fs";
import { parseArgs } from "node:util";
import { createCast } from "./player/cast.js";
import { type Language, languages, missingToolchain, runnerCommandOf } from "./player/languages.js";
import { loadKnownGaps, loadScenarios, ScenarioError } from "./player/load_scenarios.js";
import { playLanguage, type ScenarioResult } from "./player/play_language.js";
import { type Obstacle, prepareRunner } from "./player/prepare_runner.js";
import { createReport, type LanguageResult, printLanguage, printSummary } from "./player/report.js";

/** An argument that cannot be used. */
class UsageError extends Error {}

function readArguments() {
  try {
    return parseArgs({
      allowPositionals: true,
      options: {
        scenario: { type: "string" },
        report: { type: "string" },
        required: { type: "string", default: "" },
        verbose: { type: "boolean", default: false },
      },
    });
  } catch (error) {
    throw new UsageError((error as Error).message);
  }
}

/** Returns the languages of the command line without repetitions, or all. */
function requestedLanguages(positionals: readonly string[]): readonly Language[] {
  const unknown = positionals.filter((name) => !languages.includes(name as Language));
  if (unknown.length > 0) {
    throw new UsageError(`unknown language ${unknown.join(", ")}: there are ${languages.join(", ")}`);
  }
  return positionals.length > 0 ? ([...new Set(positionals)] as Language[]) : languages;
}

type Arguments = ReturnType<typeof readArguments>;

async function playAll({ values: options, positionals }: Arguments): Promise<LanguageResult[]> {
  const suite = loadScenarios();
  const gaps = loadKnownGaps();
  const requested = requestedLanguages(positionals);
  const { scenario: part = "" } = options;
  const scenarios = suite.scenarios.filter(({ name }) => name.toLowerCase().includes(part.toLowerCase()));
  if (scenarios.length === 0) throw new UsageError(`no scenario has ${JSON.stringify(part)} in its name`);
  const cast = await createCast();
  const results: LanguageResult[] = [];
  for (const language of requested) {
    const command = runnerCommandOf(language);
    const obstacle: Obstacle | undefined = command
      ? await prepareRunner(command)
      : { kind: "skipped", reason: `clients/${language} has no runner` };
    if (obstacle?.kind === "skipped") {
      results.push({ language, skipped: obstacle.reason, results: [] });
    } else if (obstacle || !command) {
      const failure = obstacle?.reason;
      results.push({
        language,
        skipped: undefined,
        results: [{ scenario: "The runner starts", failure, ms: 0 }],
      });
    } else {
      const ofLanguage = gaps.filter((gap) => gap.language === language);
      const played: readonly ScenarioResult[] = await playLanguage({
        ...{ suite, scenarios, cast, runner: { command }, gaps: ofLanguage },
      });
      results.push({ language, skipped: undefined, results: played });
    }
    printLanguage(results.at(-1) as LanguageResult, options.verbose);
  }
  return results;
}

/** Plays, prints and reports. Resolves with the exit code. */
async function main(): Promise<number> {
  const given = readArguments();
  const { values: options, positionals } = given;
  const results = await playAll(given);
  if (results.length > 1) {
    console.log();
    printSummary(results);
  }
  const required = options.required.split(",").filter(Boolean);
  const report = createReport(results, required);
  if (options.report !== undefined) writeFileSync(options.report, JSON.stringify(report, undefined, 2));
  if (!report.success) return 1;
  // A language that was asked for by name must be there.
  return positionals.length > 0 && results.some(({ skipped }) => skipped !== undefined)
    ? missingToolchain
    : 0;
}

try {
  // Node.js 20 may wait for ever for connections that were cut while it cleans up. An explicit exit does not wait.
  process.exit(await main());
} catch (error) {
  if (!(error instanceof ScenarioError || error instanceof UsageError)) throw error;
  console.error(error.message);
  process.exitCode = 2;
}
