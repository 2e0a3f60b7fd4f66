import { notPlayable } from "./not_playable.js";
import type { Result, Row } from "./run.js";
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

function formatRow({ threat, title, result, why, victimSees }: Row): readonly string[] {
  const label = result === "failed" || result === "open" ? result.toUpperCase() : result;
  const indent = " ".repeat(21);
  return [
    `${threat.padEnd(4)} ${label.padEnd(15)} ${title}`,
    `${indent}${why}`,
    ...victimSees.map(
      (line, index) => `${indent}${index === 0 ? "the victim sees" : "               "} | ${line}`,
    ),
    "",
  ];
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
