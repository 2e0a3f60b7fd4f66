import { notPlayable } from "./not_playable.js";
import type { Result, Row } from "./run.js";
import type { Try } from "./scenario.js";
import type { ObservedPolicy } from "./world/world.js";

/** Everything that a run has found out. */
export interface Report {
  readonly target: string;
  readonly policy: ObservedPolicy;
  readonly rows: readonly Row[];
}

const results: readonly Result[] = ["failed", "open", "held", "not applicable"];

/** Returns whether a promised defence did not hold. */
export function hasFailed({ rows }: Report): boolean {
  return rows.some(({ result }) => result === "failed");
}

/** Returns the report as a table for a terminal. */
export function formatReport(report: Report): string {
  const { target, policy, rows } = report;
  const counts = results.map((result) => `${rows.filter((row) => row.result === result).length} ${result}`);
  return [
    `Target ${target}`,
    `Policy of the app, as the contract shows it: ${describePolicy(policy)}`,
    "",
    ...rows.flatMap(formatRow),
    "Not playable from outside:",
    ...notPlayable.map(({ threat, title, why }) => `  ${threat.padEnd(4)} ${title}: ${why}`),
    "",
    counts.join(", "),
  ].join("\n");
}

/** Returns the report as JSON. It holds no secret, token, handle or code. */
export function formatJson(report: Report): string {
  return JSON.stringify({ ...report, notPlayable, failed: hasFailed(report) }, undefined, 2);
}

function formatRow({ threat, title, result, why, tries, victimSees }: Row): readonly string[] {
  const label = result === "failed" || result === "open" ? result.toUpperCase() : result;
  const triesOf = (succeeded: boolean) => describeTries(tries.filter((one) => one.succeeded === succeeded));
  return [
    `${threat.padEnd(4)} ${label.padEnd(15)} ${title}`,
    ...section("why", why === "" ? [] : [why]),
    ...section("succeeded", triesOf(true)),
    ...section("stopped", triesOf(false)),
    ...section("the victim sees", victimSees),
    "",
  ];
}

function section(name: string, lines: readonly string[]): readonly string[] {
  return lines.flatMap(wrap).map((line, index) => `     ${(index === 0 ? name : "").padEnd(15)} ${line}`);
}

/** Returns one line for each effect, with everything that had it. */
function describeTries(tries: readonly Try[]): readonly string[] {
  const effects = [...new Set(tries.map(({ effect }) => effect))];
  return effects.map((effect) => {
    const names = tries.filter((one) => one.effect === effect).map(({ what }) => what);
    return `${[...new Set(names)].join(", ")}: ${effect}`;
  });
}

/** Width of a line without its label, in characters. */
const width = 100;

function wrap(text: string): readonly string[] {
  const lines: string[] = [];
  for (const word of text.split(" ")) {
    const last = lines.at(-1);
    if (last === undefined || last.length + word.length >= width) lines.push(word);
    else lines[lines.length - 1] = `${last} ${word}`;
  }
  return lines;
}

function describePolicy({ checkCodeDigits, codeIntervalMs, minPollIntervalMs }: ObservedPolicy): string {
  return [
    checkCodeDigits > 0 ? `check code of ${checkCodeDigits} digits` : "no check code",
    codeIntervalMs > 0
      ? `a new code every ${Math.round(codeIntervalMs / 1_000)} s`
      : "the code never changes",
    `polls every ${minPollIntervalMs} ms at most`,
  ].join(", ");
}
