// Checks the clients of other languages beside a running server, for `.ci/languages`: each client's own `check`, and a
// sign-in with its examples, approved and declined. Arguments: the languages, all by default.
//   --report FILE     writes the totals as JSON
//   --required LIST   languages whose toolchain must be there, separated by commas
// Needs QRLOGIN_ADDRESS and QRLOGIN_USER_TOKEN: run it with `clients/with-server`.
import { writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { runExample } from "./player/examples.js";
import { languages, missingToolchain } from "./player/languages.js";
import { runProgram } from "./player/program.js";

const clients = fileURLToPath(new URL("../clients/", import.meta.url));

/** Time for a client's check, which may download and build, in milliseconds. */
const checkTimeout = 20 * 60_000;

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: { report: { type: "string" }, required: { type: "string", default: "" } },
});

interface Result {
  readonly name: string;
  /** Undefined if it passed. */
  readonly failure: string | undefined;
}

/** Checks one client. Resolves with the reason for which it is skipped, or the results. */
async function checkClient(language: string): Promise<string | readonly Result[]> {
  const folder = `${clients}${language}`;
  const startedAt = performance.now();
  const check = await runProgram([`${folder}/check`], { timeoutMs: checkTimeout, echo: true });
  if (check.code === missingToolchain) return check.errorOutput.trim().split("\n").at(-1) ?? "";
  const seconds = Math.round((performance.now() - startedAt) / 1_000);
  console.log(`${language}: the check has taken ${seconds} s`);
  const results: Result[] = [
    { name: "check", failure: check.code === 0 ? undefined : `has ended with ${check.code}` },
  ];
  for (const consent of ["y", "n"] as const) {
    results.push({
      name: consent === "y" ? "the examples sign alice in" : "the examples decline a sign-in",
      failure: await runExample(folder, consent),
    });
  }
  return results;
}

const required = options.required.split(",").filter(Boolean);
/** Folders of the requested clients. TypeScript has none of its own, and a variant shares that of its language. */
const requested = new Set(
  (positionals.length > 0 ? positionals : languages)
    .map((name) => name.replace(/-.*/, ""))
    .filter((name) => name !== "typescript"),
);
const unknown = positionals.filter((name) => !languages.some((language) => language === name));
if (unknown.length > 0) {
  console.error(`unknown language ${unknown.join(", ")}: there are ${languages.join(", ")}`);
  process.exit(2);
}
const failures: string[] = [];
const skips: string[] = [];
let passed = 0;
for (const language of requested) {
  const results = await checkClient(language);
  if (typeof results === "string") {
    skips.push(`${language}: SKIPPED: ${results}`);
    if (required.includes(language)) failures.push(`${language}: its toolchain must be there: ${results}`);
    continue;
  }
  for (const { name, failure } of results) {
    if (failure === undefined) passed += 1;
    else failures.push(`${language}: FAILED: ${name}: ${failure}`);
  }
}
for (const line of [...failures, ...skips]) console.log(line);
console.log(`clients: ${passed} passed, ${failures.length} failed`);
if (options.report !== undefined) {
  const totals = { numPassedTests: passed, numFailedTests: failures.length, numPendingTests: 0 };
  writeFileSync(
    options.report,
    JSON.stringify({ ...totals, success: failures.length === 0, failures, skips }),
  );
}
if (failures.length > 0) process.exitCode = 1;
