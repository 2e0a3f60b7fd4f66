import { EventEmitter, once } from "node:events";
import { expect, it } from "vitest";
import { answerScrapes } from "../../src/compose/workers/worker.js";
import { createWorkersMetrics, workerTimeout } from "../../src/compose/workers/worker_metrics.js";
import { createMetricsRegistry } from "../../src/metrics/registry.js";
import { createManualClock, flushPromises } from "../support/clock.js";
import { scrapeOf } from "../support/scrape.js";

/** Creates a worker that counts calls and answers scrapes until it hangs or exits. */
function createWorker() {
  const registry = createMetricsRegistry();
  const calls = registry.counter({ name: "calls_total", help: "Calls." }).with({});
  const durations = registry.histogram({ name: "call_seconds", help: "Times.", bounds: [1] }).with({});
  const open = registry.gauge({ name: "open", help: "Open." }).with({});
  let hangs = false;
  let fails = false;
  let exit = () => {};
  const exited = new Promise<{ code: number; signal: null }>((resolve) => {
    exit = () => resolve({ code: 1, signal: null });
  });
  return {
    calls,
    durations,
    open,
    exited,
    async readMetrics() {
      if (hangs) return new Promise<never>(() => {});
      return fails ? undefined : [await registry.snapshot()];
    },
    hang() {
      hangs = true;
    },
    fail() {
      fails = true;
    },
    async exit() {
      exit();
      await flushPromises();
    },
  };
}

function setUp() {
  const clock = createManualClock();
  const metrics = createWorkersMetrics(clock);
  const workers = [createWorker(), createWorker()] as const;
  for (const worker of workers) metrics.add(worker);
  return { clock, metrics, workers };
}

it("adds the values of all workers", async () => {
  const { metrics, workers } = setUp();
  workers[0].calls.add(2);
  workers[1].calls.add(3);
  for (const worker of workers) worker.open.set(4);
  const { value } = await scrapeOf(metrics);
  expect([value("calls_total"), value("open"), value("qrlogin_workers_answering")]).toEqual([5, 8, 2]);
});

it("keeps the sums of a worker that has exited, so that a counter never goes back, and drops its gauges", async () => {
  const { metrics, workers } = setUp();
  workers[0].calls.add(2);
  workers[0].durations.observe(0.5);
  workers[0].open.set(4);
  await scrapeOf(metrics);
  await workers[0].exit();
  const successor = createWorker();
  successor.calls.add(1);
  metrics.add(successor);
  const { value } = await scrapeOf(metrics);
  expect([value("calls_total"), value("call_seconds_count"), value("open")]).toEqual([3, 1, 0]);
  await successor.exit();
  const last = await scrapeOf(metrics);
  expect([last.value("calls_total"), last.value("qrlogin_workers_answering")]).toEqual([3, 1]);
});

it("answers although a worker hangs, with its last known values", async () => {
  const { clock, metrics, workers } = setUp();
  workers[0].calls.add(2);
  await scrapeOf(metrics);
  workers[0].hang();
  workers[0].calls.add(100);
  workers[1].calls.add(1);
  const scrape = scrapeOf(metrics);
  await flushPromises();
  clock.advance(workerTimeout);
  const { value } = await scrape;
  expect([value("calls_total"), value("qrlogin_workers_answering")]).toEqual([3, 1]);
  expect(clock.pendingCount).toBe(0);
});

it("answers although a worker cannot read its metrics, with its last known values", async () => {
  const { metrics, workers } = setUp();
  workers[0].calls.add(2);
  await scrapeOf(metrics);
  workers[0].calls.add(100);
  workers[0].fail();
  const { value } = await scrapeOf(metrics);
  expect([value("calls_total"), value("qrlogin_workers_answering")]).toEqual([2, 1]);
});

it("a worker that cannot read its metrics tells its parent so, logs why, and answers the next scrape", async () => {
  const lines: object[] = [];
  let cause: Error | undefined = new Error("no values");
  const source = {
    async readMetrics() {
      if (cause) throw cause;
      return [];
    },
  };
  const channel = new EventEmitter();
  const worker = Object.assign(channel, {
    send(message: unknown, done: () => void) {
      channel.emit("sent", message);
      done();
      return true;
    },
  });
  answerScrapes(worker as never, [source], { error: (fields: object) => void lines.push(fields) } as never);
  const ask = async () => {
    const sent = once(channel, "sent");
    channel.emit("message", { kind: "readMetrics" });
    return (await sent)[0];
  };
  expect(await ask()).toEqual({ kind: "metrics", snapshots: undefined });
  expect(lines).toEqual([{ err: cause }]);
  cause = undefined;
  expect(await ask()).toEqual({ kind: "metrics", snapshots: [] });
});
