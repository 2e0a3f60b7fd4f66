import type { RunReport } from "./fault_run.js";

/** The runs as a table in Markdown, one line for each. */
export function faultTable(reports: readonly RunReport[]): string {
  const head = [
    "topology",
    "level",
    "seed",
    "operations",
    "unclear",
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

function lossesOf({
  tickets,
  writes,
  loginsTwice,
  loginsAfterRefusal,
}: RunReport["verdict"]["losses"]): string {
  const came = `${loginsTwice} logged in twice, ${loginsAfterRefusal} after a refusal`;
  return `${tickets} tickets, at least ${writes} writes; ${came}`;
}

/** Each promise that was broken, with the history of its ticket. */
export function violationsText({ topology, seed, verdict, folder }: RunReport): string {
  const told = verdict.violations.slice(0, 5).map(({ rule, ticket, text, history, picture }) => {
    const lines = history.map((entry) => `    ${JSON.stringify({ ...entry, ticket: undefined })}`);
    return [`  ${rule}: ${text} (ticket ${ticket})`, ...(picture ? [`    ${picture}`] : []), ...lines].join(
      "\n",
    );
  });
  return [`${topology}, seed ${seed}: ${verdict.violationCount} violations, see ${folder}`, ...told].join(
    "\n",
  );
}
