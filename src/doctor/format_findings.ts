import type { Finding, FindingStatus } from "./finding.js";

const statuses: readonly FindingStatus[] = ["ok", "warning", "failed", "skipped"];

/** Largest width of the column of checks. A longer name moves its detail to the right. */
const maxCheckWidth = 36;

/** Returns the findings as text for people, with a last line that counts them. */
export function formatFindings(findings: readonly Finding[]): string {
  const width = Math.min(maxCheckWidth, Math.max(0, ...findings.map(({ check }) => check.length)));
  const indent = " ".repeat("warning  ".length);
  const lines = findings.flatMap(({ check, status, detail, cause, remedy }) => [
    `${status.padEnd("warning".length)}  ${check.padEnd(width)}  ${detail}`,
    ...(cause === undefined ? [] : [`${indent}  cause: ${cause}`]),
    ...(remedy === undefined ? [] : [`${indent}  to do: ${remedy}`]),
  ]);
  return [...lines, "", formatCounts(findings)].join("\n");
}

/** Returns the findings as JSON for machines, with the overall result. */
export function formatFindingsAsJson(findings: readonly Finding[]): string {
  return JSON.stringify({ result: hasFailed(findings) ? "failed" : "ok", findings }, undefined, 2);
}

/** Reports whether any check failed. */
export function hasFailed(findings: readonly Finding[]): boolean {
  return findings.some(({ status }) => status === "failed");
}

function formatCounts(findings: readonly Finding[]): string {
  const counts = statuses.flatMap((status) => {
    const count = findings.filter((finding) => finding.status === status).length;
    return count === 0 ? [] : [`${count} ${status}`];
  });
  return `${findings.length} ${findings.length === 1 ? "finding" : "findings"}: ${counts.join(", ") || "none"}`;
}
