import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rejectOnExit, type Target } from "./servers.js";
import type { Usage } from "./usage_reporter.js";

/** A server that tells what it has used. */
export interface MeteredTarget extends Target {
  usage(): Promise<Usage>;
  /** After a forced collection. */
  collectedUsage(): Promise<Usage>;
}

/** A server whose process has `usage_reporter.ts` preloaded. */
export function withMeter(one: Target, child: ChildProcess): MeteredTarget {
  const ended = rejectOnExit(child, one.name);
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
