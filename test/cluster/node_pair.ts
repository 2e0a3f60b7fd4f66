import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { check, type Level, type Verdict } from "./checker.js";
import { eventually } from "./eventually.js";
import { isServing, readFinalStates } from "./fault_run.js";
import { startHistory } from "./history.js";
import { startInProcessNode } from "./in_process_node.js";
import { writeConfig } from "./nodes.js";
import { createRandom } from "./random.js";
import { type Call, type Outcome, recordCalls, type TicketCredentials } from "./recorded_calls.js";

/** What to put around the store of each of the two. */
export interface StoreDecorators {
  readonly a?: (store: TicketStore) => TicketStore;
  readonly b?: (store: TicketStore) => TicketStore;
}

/** Starts two servers with one Redis, for a schedule that is made by hand. Stopped when the test is over. */
export async function startPair(redis: object, decorators: StoreDecorators = {}) {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-pair-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  const configFile = writeConfig(folder, redis);
  const start = async (name: "a" | "b") => {
    const node = await startInProcessNode(name, folder, configFile, decorators[name]);
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
      await eventually("both serve", async () =>
        (await Promise.all(nodes.map(isServing))).every((one) => one),
      );
    },
    /** Reads what is stored of these tickets, and has the checker judge. */
    async verdict(tickets: readonly TicketCredentials[], level: Level): Promise<Verdict> {
      await readFinalStates({ nodes, calls }, tickets, createRandom(1));
      await history.close();
      return check(history.path, level);
    },
  };
}

/** The response; throws what refused the call. */
export function requireResponse<T>({ response, reason }: Outcome<T>): T {
  if (response === undefined) throw new Error(`the call was refused with ${reason}`);
  return response;
}

/** The rules that were broken, each once. */
export const brokenRulesOf = ({ violations }: Verdict): string[] =>
  [...new Set(violations.map(({ rule }) => rule))].sort();
