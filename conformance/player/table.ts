import type { Scenario, ScenarioFile, Step } from "./schema.js";
import { stepListSchema } from "./schema.js";

type Table = NonNullable<ScenarioFile["table"]>;

/**
 * Returns one scenario for each state and each call. A cell has `gives` or `fails`, what the call ends with, and
 * optionally `then`, the status of the ticket afterwards. Without `then`, the ticket must be unchanged.
 *
 * @param report Receives each mistake: a cell that is missing, or that names no state or call of the table.
 */
export function expandTable(table: Table, report: (mistake: string) => void): Scenario[] {
  for (const [state, row] of Object.entries(table.cells)) {
    if (!table.states[state]) report(`table.cells.${state}: there is no such state`);
    for (const call of Object.keys(row)) {
      if (!table.calls[call]) report(`table.cells.${state}.${call}: there is no such call`);
    }
  }
  return Object.entries(table.states).flatMap(([state, { service, steps }]) =>
    Object.entries(table.calls).flatMap(([call, callSteps]) => {
      const cell = table.cells[state]?.[call];
      if (!cell) {
        report(`table.cells.${state}.${call}: is missing`);
        return [];
      }
      const { then, ...outcome } = cell;
      const last = callSteps.at(-1) as object;
      const readStatus = {
        call: "GetStatus",
        by: "shop",
        with: { ticketId: "$ticket.ticketId", ticketSecret: "$ticket.ticketSecret" },
      };
      const unchanged = {
        state: "$before.status.state",
        revision: "$before.status.revision",
        expireTime: "$before.status.expireTime",
      };
      const parsed = stepListSchema.safeParse([
        { ...readStatus, as: "before" },
        ...callSteps.slice(0, -1),
        { ...last, ...outcome },
        { ...readStatus, gives: { status: then ?? unchanged } },
      ]);
      if (!parsed.success) {
        for (const { path, message } of parsed.error.issues)
          report(`table.cells.${state}.${call}: ${path.slice(1).join(".")}: ${message}`);
        return [];
      }
      return {
        name: `${state}: ${call}`,
        about: table.about,
        service: { ...table.service, ...service },
        tls: false,
        steps: [...steps, ...(parsed.data as Step[])],
      };
    }),
  );
}
