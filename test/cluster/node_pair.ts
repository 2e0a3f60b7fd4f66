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

/** Decorators for the stores of the two nodes. */
export interface StoreDecorators {
  readonly a?: (store: TicketStore) => TicketStore;
  readonly b?: (store: TicketStore) => TicketStore;
}

/** Starts two servers on one Redis, for a schedule made by hand. They stop when the test ends. */
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
    /** Waits until both nodes serve. */
    async waitUntilServing(): Promise<void> {
      await eventually("both nodes serving", async () =>
        (await Promise.all(nodes.map(isServing))).every((one) => one),
      );
    },
    /** Reads the stored states of these tickets and runs the checker. */
    async verdict(tickets: readonly TicketCredentials[], level: Level): Promise<Verdict> {
      await readFinalStates({ nodes, calls }, tickets, createRandom(1));
      await history.close();
      return check(history.path, level);
    },
  };
}

/** Returns the response; throws if the call failed. */
export function requireResponse<T>({ response, reason }: Outcome<T>): T {
  if (response === undefined) throw new Error(`the call failed with ${reason}`);
  return response;
}

/** Returns the broken rules without duplicates. */
export const brokenRulesOf = ({ violations }: Verdict): string[] =>
  [...new Set(violations.map(({ rule }) => rule))].sort();
