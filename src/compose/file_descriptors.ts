import { readFileSync, statSync } from "node:fs";
import { readdir } from "node:fs/promises";
import type { Logger } from "pino";
import type { Clock } from "../base/clock.js";

/**
 * The fewest file descriptors that a process can start with. While it loads it has some 150 files open at a time, and a
 * loader that is refused one says that a package is missing.
 */
export const minDescriptors = 256;

/** Descriptors that a process has open beside the connections of its callers: files, threads, connections to Redis. */
export const reservedDescriptors = 128;

/** Returns how many file descriptors this process may have; undefined where the system does not tell, as outside Linux. */
export function descriptorLimit(): number | undefined {
  let limits: string;
  try {
    limits = readFileSync("/proc/self/limits", "utf8");
  } catch {
    // There is no such file outside Linux, and then nothing is known of the limit.
    return undefined;
  }
  // Node.js has raised the soft limit to the hard one when it started.
  return parseLimit(limits);
}

/** Returns the soft limit of open files in the text of `/proc/self/limits`. */
export function parseLimit(limits: string): number | undefined {
  const soft = /^Max open files\s+(\S+)/m.exec(limits)?.[1];
  if (soft === "unlimited") return Number.POSITIVE_INFINITY;
  return soft === undefined ? undefined : Number(soft);
}

/** Returns why a process with this limit cannot start; undefined if it can. */
export function limitProblem(limit: number | undefined): string | undefined {
  if (limit === undefined || limit >= minDescriptors) return undefined;
  return `the limit of open files is ${limit}, and at least ${minDescriptors} are needed to start: ${remedy}`;
}

const remedy = "raise it (ulimit -n, or LimitNOFILE of systemd)";

/** Options of {@link monitorDescriptors}. */
export interface DescriptorMonitorOptions {
  /** Number of descriptors that the configured limits may take. */
  readonly needed: number;
  readonly log: Pick<Logger, "info" | "warn">;
  readonly clock: Clock;
  /** {@link descriptorLimit} by default. */
  readonly limit?: number | undefined;
  /** {@link countOpenDescriptors} by default. */
  readonly count?: () => Promise<number>;
}

/** The shortest pause between two counts of the open descriptors, in milliseconds: a flood may be short. */
const countInterval = 500;
/** Least pause after a count, as a multiple of the time that it took. Some systems take long to count many. */
const pauseFactor = 100;
/** Least time between two warnings that few are left, in milliseconds. */
const warningInterval = 60_000;
/** The share of the limit from which on there are few left. */
const warningShare = 0.9;

/**
 * Logs a warning when the limit is lower than what may be needed, and at most once a minute while nearly all descriptors are
 * in use. Node.js closes connections for which there is none without saying so. Returns a function that ends it.
 */
export function monitorDescriptors(options: DescriptorMonitorOptions): () => void {
  const { needed, log, clock, limit = descriptorLimit(), count = countOpenDescriptors } = options;
  if (limit === undefined || limit === Number.POSITIVE_INFINITY) return () => {};
  const maxDescriptors = limit;
  if (maxDescriptors < needed) {
    log.warn(
      { limit, needed },
      `the limit of open files is lower than what the configured limits may take: ${remedy}`,
    );
  }
  let warnedAt = Number.NEGATIVE_INFINITY;
  let isStopped = false;
  let cancel = () => {};

  async function check(): Promise<void> {
    const startedAt = clock.now();
    const open = await count().catch((error: NodeJS.ErrnoException) => {
      // To be refused a descriptor for the counting is to know that there are none left.
      if (error.code === "EMFILE" || error.code === "ENFILE") return maxDescriptors;
      log.warn(
        { code: error.code },
        "the open files of this process cannot be counted, and are not looked after",
      );
      return undefined;
    });
    if (isStopped || open === undefined) return;
    const now = clock.now();
    if (open >= warningShare * maxDescriptors && now - warnedAt >= warningInterval) {
      warnedAt = now;
      log.warn(
        { open, limit },
        `nearly all file descriptors are in use, and connections that find none are closed: ${remedy}`,
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

/** Counts the open descriptors of this process. Rejects when there is none left to look with. */
export async function countOpenDescriptors(): Promise<number> {
  const folder = "/proc/self/fd";
  // Since Linux 6.2 the size is the count. To learn it takes some microseconds, no descriptor and no turn of the thread pool.
  const { size } = statSync(folder);
  return size > 0 ? size : (await readdir(folder)).length;
}
