// Prints the totals of the JSON test reports in a folder: one for each Node.js, named by its version, and those of
// .ci/languages. The last line is "N passed, N failed". Takes the folder and the expected number of reports. A missing
// report counts as a failure. Exits with 1 on any failure, and in CI on a skipped test.
import { readdirSync, readFileSync } from "node:fs";
import { basename, join } from "node:path";

const [folder, expected] = process.argv.slice(2);
const reports = readdirSync(folder).map((file) => {
  const report = JSON.parse(readFileSync(join(folder, file), "utf8"));
  const { numPassedTests, numFailedTests, numPendingTests, success } = report;
  // A file that cannot be loaded has no failed test, and neither has a run that finds no file.
  const failed = success ? 0 : Math.max(1, numFailedTests);
  const name = basename(file, ".json").replace(/^(?=v\d)/, "Node.js ");
  return { name, passed: numPassedTests, failed, skipped: numPendingTests };
});
const sum = (count) => reports.reduce((total, report) => total + report[count], 0);

function line({ passed, failed, skipped }) {
  return `${passed} passed, ${failed} failed${skipped > 0 ? `, ${skipped} skipped` : ""}`;
}

for (const report of reports) console.log(`${report.name}: ${line(report)}`);
const missing = Math.max(0, Number(expected) - reports.length);
if (missing > 0) console.log(`${missing} runs wrote no report`);
if (process.env.CI && sum("skipped") > 0) {
  console.log("in CI no test may be skipped");
  process.exitCode = 1;
}
const failed = sum("failed") + missing;
console.log(line({ passed: sum("passed"), failed, skipped: sum("skipped") }));
if (failed > 0) process.exitCode = 1;
