import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.js";

/**
 * Smallest limit of file descriptors with which a process can start. About 150 files are open at a time while
 * modules load. If the module loader gets no descriptor, it wrongly reports a missing package.
 */
export const minDescriptors = 256;

/**
 * File descriptors that a process needs in addition to its callers' connections: files, threads, connections
 * to Redis.
 */
export const reservedDescriptors = 128;

/**
 * Returns the limit of file descriptors of this process, or `undefined` where the system does not report one,
 * as outside Linux.
 */
export function descriptorLimit(): number | undefined {
  let limits: string;
  try {
    limits = readFileSync("/proc/self/limits", "utf8");
  } catch {
    // The file exists on Linux only.
    return undefined;
  }
  // Node.js raises the soft limit to the hard limit when it starts.
  return parseLimit(limits);
}

/** Returns the soft limit of open files from the text of `/proc/self/limits`. */
export function parseLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === "unlimited") return Number.POSITIVE_INFINITY;
  return soft === undefined ? undefined : Number(soft);
}

/** Returns an error message if a process with this limit cannot start. */
export function limitProblem(limit: number | undefined): string | undefined {
  if (limit === undefined || limit >= minDescriptors) return undefined;
  return `the open files limit is ${limit}; at least ${minDescriptors} are needed to start: ${remedy}`;
}

const remedy = "raise it (ulimit -n, or LimitNOFILE of systemd)";

/** Options of {@link monitorDescriptors}. */
export interface DescriptorMonitorOptions {
  /** Number of descriptors that the configured limits may require. */
  readonly needed: number;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly clock: Clock;
  /** Limit of file descriptors. Default: {@link descriptorLimit}. */
  readonly limit?: number | undefined;
  /** Counts the open descriptors. Default: {@link countOpenDescriptors}. */
  readonly count?: () => Promise<number>;
}

/**
 * Shortest pause between two counts of open descriptors, in milliseconds. It is short so that a brief burst of
 * connections is noticed.
 */
const countInterval = 500;
/**
 * Shortest pause after a count, as a multiple of the time that the count took. Counting many descriptors is
 * slow on some systems.
 */
const pauseFactor = 100;
/** Shortest time between two warnings, in milliseconds. */
const warningInterval = 60_000;
/** Share of the limit above which a warning is logged. */
const warningShare = 0.9;

/**
 * Logs a warning if the limit is lower than `needed`, and at most once a minute while nearly all descriptors
 * are in use. Node.js closes connections without any message if no descriptor is left for them. Returns a
 * function that stops the monitor.
 */
export function monitorDescriptors(options: DescriptorMonitorOptions): () => void {
  const { needed, log, clock, limit = descriptorLimit(), count = countOpenDescriptors } = options;
  if (limit === undefined || limit === Number.POSITIVE_INFINITY) return () => {};
  const maxDescriptors = limit;
  if (maxDescriptors < needed) {
    log.warn(
      { limit, needed },
      `the open files limit is lower than the configured limits require: ${remedy}`,
    );
  }
  let warnedAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;
  let cancel = () => {};

  async function check(): Promise<void> {
    const startedAt = clock.now();
    const open = await count().catch((error: NodeJS.ErrnoException) => {
      // If the count itself gets no descriptor, none are left.
      if (error.code === "EMFILE" || error.code === "ENFILE") return maxDescriptors;
      log.warn(
        { code: error.code },
        "cannot count the open files of this process; their number is not monitored",
      );
      return undefined;
    });
    if (isStopped || open === undefined) return;
    const now = clock.now();
    if (open >= warningShare * maxDescriptors && now - warnedAt >= warningInterval) {
      warnedAt = now;
      log.warn(
        { open, limit },
        `nearly all file descriptors are in use; connections beyond the limit are closed: ${remedy}`,
      );
    }
    scheduleCheck(Math.max(countInterval, pauseFactor * (now - startedAt)));
  }

  function scheduleCheck(ms: number): void {
    cancel = clock.after(ms, () => void check());
  }

  scheduleCheck(countInterval);
  return () => {
    isStopped = true;
    cancel();
  };
}

/**
 * Resolves with the number of open descriptors of this process. Rejects if there is no descriptor left to
 * count with.
 */
export async function countOpenDescriptors(): Promise<number> {
  const folder = "/proc/self/fd";
  // Since Linux 6.2 the size is the count. Reading it is quick and takes no descriptor and no thread of the pool.
  const { size } = statSync(folder);
  return size > 0 ? size : (await readdir(folder)).length;
}
