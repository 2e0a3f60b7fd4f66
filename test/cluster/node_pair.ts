import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { check, type Level, type Verdict } from "./checker.js";
import { readAll, serves } from "./fault_run.js";
import { startHistory } from "./history.js";
import { startNodeHere } from "./node_here.js";
import { writeConfig } from "./nodes.js";
import { randomOf } from "./random.js";
import { type Call, type HeldTicket, type Outcome, recordCalls } from "./recorded_calls.js";
import { eventually } from "./within.js";

/** What to put around the store of each of the two. */
export interface Around {
  readonly a?: (store: TicketStore) => TicketStore;
  readonly b?: (store: TicketStore) => TicketStore;
}

/** Starts two servers with one Redis, for a schedule that is made by hand. Stopped when the test is over. */
export async function startPair(redis: object, around: Around = {}) {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-pair-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const configFile = writeConfig(folder, redis);
  const start = async (name: "a" | "b") => {
    const node = await startNodeHere(name, folder, configFile, around[name]);
    onTestFinished(() => node.stop());
    return node;
  };
  const nodes = [await start("a"), await start("b")] as const;
  const history = startHistory(join(folder, "history.jsonl"));
  const calls = await recordCalls(history);
  const [onA, onB] = nodes.map((node): Call => ({ process: `caller of ${node.name}`, node }));
  if (!onA || !onB) throw new Error("there are not two nodes");
  return {
    ...{ nodes, history, calls, onA, onB },
    /** Waits until both serve. */
    async served(): Promise<void> {
      await eventually("both serve", async () => (await Promise.all(nodes.map(serves))).every((one) => one));
    },
    /** Reads what is stored of these tickets, and has the checker judge. */
    async verdict(tickets: readonly HeldTicket[], level: Level): Promise<Verdict> {
      await readAll({ nodes, calls }, tickets, randomOf(1));
      await history.close();
      return check(history.path, level);
    },
  };
}

/** The response; throws what refused the call. */
export function done<T>({ response, reason }: Outcome<T>): T {
  if (response === undefined) throw new Error(`the call was refused with ${reason}`);
  return response;
}

/** The rules that were broken, each once. */
export const rulesOf = ({ violations }: Verdict): string[] =>
  [...new Set(violations.map(({ rule }) => rule))].sort();
