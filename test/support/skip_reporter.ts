import type { Reporter, TestModule } from "vitest/node";

/** Prints one line after the summary that counts the skipped tests by the reason in their titles. */
export const skipReporter: Reporter = {
  onTestRunEnd(testModules) {
    const line = skipLine(skippedTitles(testModules));
    if (line) console.warn(`\n${line}`);
  },
};

function skippedTitles(testModules: readonly TestModule[]): string[] {
  return testModules.flatMap(({ children }) =>
    [...children.allTests("skipped")].map(({ fullName }) => fullName),
  );
}

/** Returns the line for the full titles of skipped tests, or `undefined` if no title has a reason. */
export function skipLine(titles: readonly string[]): string | undefined {
  const counts = new Map<string, number>();
  for (const title of titles) {
    // A test that a filter of the command line leaves out has no reason.
    const reason = /\(SKIPPED: needs (?<reason>[^)]+)\)/.exec(title)?.groups?.reason;
    if (reason) counts.set(reason, (counts.get(reason) ?? 0) + 1);
  }
  if (counts.size === 0) return undefined;
  const total = [...counts.values()].reduce((sum, count) => sum + count, 0);
  const reasons = [...counts].map(([reason, count]) => `${reason} (${count})`).join(", ");
  return `SKIPPED ${total} tests, which need: ${reasons}. Run them with: npm run test:all`;
}
