// Preloaded into a server that is measured (node --expose-gc --import): answers its parent what the process takes.

/** What a process has used so far. */
export interface Usage {
  /** User and system time in microseconds, all threads. */
  readonly cpu: number;
  /** Bytes in memory, after a forced collection where it was asked for. */
  readonly rss: number;
  readonly heap: number;
}

process.on("message", (wish: unknown) => {
  if (wish === "collected") for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const usage: Usage = { cpu: user + system, rss, heap: heapUsed };
  process.send?.(usage);
});
// Listening must not keep a server alive that has stopped.
process.channel?.unref();
