import { PerformanceObserver } from "node:perf_hooks";

// Preloaded into a measured server (node --expose-gc --import). Reports the resource usage of the process to
// its parent.

/** Resource usage of a process so far. */
export interface Usage {
  /** User and system time of all threads, in microseconds. */
  readonly cpu: number;
  /** Resident memory in bytes. Measured after a garbage collection if the request asks for it. */
  readonly rss: number;
  readonly heap: number;
  /** Time for which garbage collection has stopped the main thread, in microseconds. */
  readonly gc: number;
}

let gc = 0;
new PerformanceObserver((list) => {
  for (const { duration } of list.getEntries()) gc += duration * 1_000;
}).observe({ entryTypes: ["gc"] });

process.on("message", (request: unknown) => {
  if (request === "collected") for (let times = 0; times < 3; times++) globalThis.gc?.();
  const { user, system } = process.cpuUsage();
  const { rss, heapUsed } = process.memoryUsage();
  const usage: Usage = { cpu: user + system, rss, heap: heapUsed, gc };
  process.send?.(usage);
});
// Listening must not keep a stopped server alive.
process.channel?.unref();
