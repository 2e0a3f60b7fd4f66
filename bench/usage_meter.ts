import type { ChildProcess } from "node:child_process";
import { once } from "node:events";
import { rejectOnExit, type Target } from "./servers.js";
import type { Usage } from "./usage_reporter.js";

/** Server that reports its resource usage. */
export interface MeteredTarget extends Target {
  usage(): Promise<Usage>;
  /** Resolves with the usage after a forced garbage collection. */
  collectedUsage(): Promise<Usage>;
}

/** Returns a server whose process has `usage_reporter.ts` preloaded. */
export function withMeter(one: Target, child: ChildProcess): MeteredTarget {
  const ended = rejectOnExit(child, one.name);
  // Waiting callers get the rejection. At the end there are none.
  ended.catch(() => {});
  const ask = async (request: "now" | "collected"): Promise<Usage> => {
    const response = once(child, "message");
    child.send(request);
    const [usage] = await Promise.race([response, ended]);
    return usage;
  };
  return {
    ...one,
    usage: () => ask("now"),
    collectedUsage: () => ask("collected"),
    gcMicroseconds: async () => (await ask("now")).gc,
  };
}
