import type { RunReport } from "./fault_run.js";

/** Returns the runs as a Markdown table with one row for each. */
export function faultTable(reports: readonly RunReport[]): string {
  const head = [
    "topology",
    "level",
    "seed",
    "operations",
    "unknown",
    "overdue",
    "tickets",
    "gone",
    "faults",
    "violations",
    "losses",
    "slowest watcher",
    "time",
  ];
  const lines = reports.map(({ topology, seed, verdict, faults, seconds }) => [
    topology,
    verdict.level,
    seed,
    verdict.operations,
    verdict.unknown,
    verdict.overdue,
    verdict.tickets,
    verdict.gone,
    [...faults].map(([kind, count]) => `${count} x ${kind}`).join(", ") || "none",
    verdict.violationCount,
    verdict.level === "durable" ? "-" : lossesOf(verdict.losses),
    `${(verdict.slowestWatcher / 1_000).toFixed(1)} s`,
    `${seconds} s`,
  ]);
  return [head, head.map(() => "---"), ...lines].map((cells) => `| ${cells.join(" | ")} |`).join("\n");
}

function lossesOf({ tickets, writes, loginsTwice, loginsAfterEnd }: RunReport["verdict"]["losses"]): string {
  const consequences = `${loginsTwice} logged in twice, ${loginsAfterEnd} after the end of the ticket`;
  return `${tickets} tickets, at least ${writes} writes; ${consequences}`;
}

/** Returns the violations as text, with the history of each ticket. */
export function violationsText({ topology, seed, verdict, folder }: RunReport): string {
  const shown = verdict.violations.slice(0, 5).map(({ rule, ticket, text, history, visualization }) => {
    const lines = history.map((entry) => `    ${JSON.stringify({ ...entry, ticket: undefined })}`);
    return [
      `  ${rule}: ${text} (ticket ${ticket})`,
      ...(visualization ? [`    ${visualization}`] : []),
      ...lines,
    ].join("\n");
  });
  return [`${topology}, seed ${seed}: ${verdict.violationCount} violations, see ${folder}`, ...shown].join(
    "\n",
  );
}
