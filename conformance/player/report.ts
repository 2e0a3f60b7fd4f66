import type { Language } from "./languages.js";
import type { ScenarioResult } from "./play_language.js";

/** The results of a language. */
export interface LanguageResult {
  readonly language: Language;
  /** Why the language was not played, if it was not. */
  readonly skipped: string | undefined;
  readonly results: readonly ScenarioResult[];
}

const hasFailed = ({ failure, gap }: ScenarioResult) => failure !== undefined && gap === undefined;
const isGap = ({ gap }: ScenarioResult) => gap !== undefined;

/** Prints a line for each scenario that failed, and the totals of the language. */
export function printLanguage(result: LanguageResult, isVerbose: boolean): void {
  const { language, results } = result;
  for (const { scenario, failure, gap, ms } of results) {
    if (gap !== undefined) console.log(`${language}: known gap: ${scenario}: ${gap}`);
    else if (failure !== undefined) console.log(`${language}: FAILED: ${scenario}: ${failure}`);
    else if (isVerbose) console.log(`${language}: passed in ${Math.round(ms)} ms: ${scenario}`);
  }
  console.log(summaryOf(result));
}

/** Prints a line for each language, in one place at the end. */
export function printSummary(all: readonly LanguageResult[]): void {
  for (const result of all) console.log(summaryOf(result));
}

function summaryOf({ language, skipped, results }: LanguageResult): string {
  if (skipped !== undefined) return `${language}: SKIPPED: ${skipped}`;
  const failed = results.filter(hasFailed).length;
  const gaps = results.filter(isGap).length;
  const passed = results.length - failed - gaps;
  return `${language}: ${passed} passed, ${failed} failed${gaps > 0 ? `, ${gaps} known gaps` : ""}`;
}

/**
 * Returns the totals in the form of the JSON reports of the tests. A language that is skipped although it is required
 * counts as a failure.
 */
export function createReport(all: readonly LanguageResult[], required: readonly string[] = []) {
  const results = all.flatMap((each) => each.results);
  const missing = all.filter(({ language, skipped }) => skipped !== undefined && required.includes(language));
  const numFailedTests = results.filter(hasFailed).length + missing.length;
  return {
    numPassedTests: results.filter(({ failure }) => failure === undefined).length,
    numFailedTests,
    // Known gaps are not skipped, and do not count.
    numPendingTests: 0,
    success: numFailedTests === 0,
    languages: all,
  };
}
