import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import type { Usage } from "./meter.js";
import { gone, type Target } from "./servers.js";

/** A server that tells what it has used. */
export interface MeteredTarget extends Target {
  usage(): Promise<Usage>;
  /** After a forced collection. */
  collectedUsage(): Promise<Usage>;
}

/** A server whose process has `meter.ts` preloaded. */
export function metered(one: Target, child: ChildProcess): MeteredTarget {
  const ended = gone(child, one.name);
  // Whoever waits is told; at the end nobody does.
  ended.catch(() => {});
  const ask = async (wish: "now" | "collected"): Promise<Usage> => {
    const answer = once(child, "message");
    child.send(wish);
    const [usage] = await Promise.race([answer, ended]);
    return usage;
  };
  return { ...one, usage: () => ask("now"), collectedUsage: () => ask("collected") };
}
