import type { Scenario, ScenarioFile, Step } from "./schema.js";
import { stepListSchema } from "./schema.js";

type Table = NonNullable<ScenarioFile["table"]>;
type Cell = Readonly<Record<string, unknown>>;

const credentials = { ticketId: "$ticket.ticketId", ticketSecret: "$ticket.ticketSecret" };
const readStatus = { call: "GetStatus", by: "shop", with: credentials };
const unchanged = { $sameAs: "$before.status" };

/**
 * Returns one scenario for each call in each state. A cell is what the call ends with: `gives`, `fails` or the name of
 * an outcome of the table. It may have `then`, the status of the ticket afterwards. Without `then`, the ticket must be
 * unchanged.
 *
 * @param report Receives each mistake: a cell that is missing, or that names no state, call or outcome of the table.
 */
export function expandTable(table: Table, report: (mistake: string) => void): Scenario[] {
  for (const [call, row] of Object.entries(table.cells)) {
    if (!table.calls[call]) report(`table.cells.${call}: there is no such call`);
    for (const state of Object.keys(row)) {
      if (!table.states[state]) report(`table.cells.${call}.${state}: there is no such state`);
    }
  }
  return Object.entries(table.states).flatMap(([state, { is, service, steps }]) =>
    Object.entries(table.calls).flatMap(([call, callSteps]) => {
      const path = `table.cells.${call}.${state}`;
      const cell = findCell(table, call, state);
      if (!cell) {
        report(`${path}: is missing, or names no outcome`);
        return [];
      }
      const played = parseSteps(withState(cell, is), callSteps, (mistake) => report(`${path}: ${mistake}`));
      return {
        name: `${state}: ${call}`,
        about: table.about,
        service: { ...table.service, ...service },
        tls: false,
        steps: [...steps, ...played],
      };
    }),
  );
}

function findCell({ cells, outcomes }: Table, call: string, state: string): Cell | undefined {
  const cell = cells[call]?.[state];
  return typeof cell === "string" ? outcomes[cell] : cell;
}

/** Replaces the name of the state by the state of the row, which errors and messages spell differently. */
function withState(cell: Cell, state: string): Cell {
  const text = JSON.stringify(cell);
  return JSON.parse(
    text.replaceAll('"$state"', `"${state}"`).replaceAll('"$ticketState"', `"TICKET_STATE_${state}"`),
  ) as Cell;
}

function parseSteps(cell: Cell, callSteps: readonly unknown[], report: (mistake: string) => void): Step[] {
  const { then = unchanged, ...outcome } = cell;
  const parsed = stepListSchema.safeParse([
    { ...readStatus, as: "before" },
    ...callSteps.slice(0, -1),
    { ...(callSteps.at(-1) as object), ...outcome },
    { ...readStatus, gives: { status: then } },
  ]);
  if (parsed.success) return parsed.data;
  for (const { path, message } of parsed.error.issues) report(`step ${path.join(".")}: ${message}`);
  return [];
}
