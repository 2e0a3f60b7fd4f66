import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { maxUnanswered, pingInterval } from "../../src/compose/workers/ping_monitor.js";
import {
  createSupervisedWorker,
  type SupervisedWorker,
} from "../../src/compose/workers/supervised_worker.js";
import type { WorkerExit, WorkerProcess } from "../../src/compose/workers/worker_process.js";
import type { Config } from "../../src/config/config.js";
import { createManualClock, flushPromises, type ManualClock } from "../support/clock.js";

/** A simulated worker that does what it is asked until the test stops it. */
interface FakeWorker extends WorkerProcess {
  /** True while it answers pings. */
  answers: boolean;
  pings: number;
  /** Requests that it received, in order. */
  readonly asked: string[];
  /** Configuration that it runs. */
  config: Config;
  end(how: WorkerExit): void;
}

const stopDeadline = 150_000;
const hangTime = maxUnanswered * pingInterval;

let clock: ManualClock;
/** Time for which the parent has not run, in milliseconds: no timer of its clock has fired. */
let suspendedMs: number;
let workers: FakeWorker[];
let lines: Record<string, unknown>[];
let runningConfig: Config;
let forkNext: () => WorkerProcess;
let supervisedWorker: SupervisedWorker;

function createFakeWorker(): FakeWorker {
  let end: FakeWorker["end"] = () => {};
  const exited = new Promise<WorkerExit>((resolve) => {
    end = resolve;
  });
  const worker: FakeWorker = {
    pid: 100 + workers.length,
    ready: Promise.resolve("127.0.0.1:1"),
    exited,
    answers: true,
    pings: 0,
    asked: [],
    config: runningConfig,
    end,
    ping(onPong) {
      worker.pings += 1;
      if (worker.answers) setImmediate(onPong);
    },
    hasConfig: (config) => config === worker.config,
    async prepareReload(config) {
      worker.asked.push("prepare");
      return () => {
        worker.asked.push("commit");
        worker.config = config;
      };
    },
    readMetrics: async () => [],
    stop: (last) => void worker.asked.push(`stop ${last ? "last" : "others go on"}`),
    kill() {
      worker.asked.push("kill");
      end({ code: null, signal: "SIGKILL" });
    },
  };
  workers.push(worker);
  return worker;
}

beforeEach(() => {
  clock = createManualClock();
  suspendedMs = 0;
  workers = [];
  forkNext = createFakeWorker;
  lines = [];
  runningConfig = { development: false } as Config;
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const enqueue = (task: () => Promise<void>) => void task();
  const sleeper = { ...clock, now: () => clock.now() + suspendedMs };
  supervisedWorker = createSupervisedWorker({
    number: 1,
    fork: () => forkNext(),
    runningConfig: () => runningConfig,
    enqueue,
    stopDeadline,
    log,
    clock: sleeper,
  });
});

/** Returns the n-th process of the supervised worker, counted from 1. */
function worker(starts: number): FakeWorker {
  const found = workers[starts - 1];
  if (!found) throw new Error(`there is no worker ${starts}`);
  return found;
}

const logLinesWith = (msg: string) => lines.filter((line) => line.msg === msg);
const unresponsiveMessage = "worker is unresponsive and is killed";

describe("a worker that serves", () => {
  it("kills, logs and restarts a worker that answers no ping for half a minute", async () => {
    await supervisedWorker.start();
    await clock.advanceAsync(60_000);
    worker(1).answers = false;
    await clock.advanceAsync(hangTime);
    expect(worker(1).asked).toEqual([]);
    await clock.advanceAsync(pingInterval);
    expect(worker(1).asked).toEqual(["kill"]);
    expect(logLinesWith(unresponsiveMessage)).toEqual([
      expect.objectContaining({ level: 50, worker: 1, workerPid: 100, unresponsiveMs: 30_000 }),
    ]);
    expect(logLinesWith("worker ready")).toHaveLength(2);
    await clock.advanceAsync(600_000);
    expect(worker(2).asked).toEqual([]);
  });

  it("keeps a worker that answers pings, however late", async () => {
    await supervisedWorker.start();
    for (let round = 0; round < 5; round++) {
      worker(1).answers = false;
      await clock.advanceAsync(hangTime - pingInterval);
      worker(1).answers = true;
      await clock.advanceAsync(pingInterval);
    }
    expect(worker(1).asked).toEqual([]);
    expect(logLinesWith(unresponsiveMessage)).toEqual([]);
  });

  it("does not count the time during which the parent was stopped", async () => {
    await supervisedWorker.start();
    await clock.advanceAsync(pingInterval);
    const { pings } = worker(1);
    // When a stopped process continues, one timer is long overdue and the responses have not been read yet.
    worker(1).answers = false;
    suspendedMs = 600_000;
    clock.runNext(pingInterval);
    worker(1).answers = true;
    await clock.advanceAsync(hangTime);
    expect(worker(1).pings).toBeGreaterThan(pings);
    expect(worker(1).asked).toEqual([]);
  });
});

describe("a reload", () => {
  const nextConfig = { development: false } as Config;

  /** Applies the next configuration, as the parent does. */
  function apply(commit: () => void): void {
    runningConfig = nextConfig;
    commit();
  }

  it("changes a worker only once all are prepared", async () => {
    await supervisedWorker.start();
    const commit = await supervisedWorker.prepareReload(nextConfig);
    expect(worker(1).asked).toEqual(["prepare"]);
    expect(worker(1).config).toBe(runningConfig);
    apply(commit);
    expect(worker(1).config).toBe(nextConfig);
  });

  it("reaches a worker that starts meanwhile, before it serves", async () => {
    let becomeReady: (address: string) => void = () => {};
    const starting = supervisedWorker.start();
    await flushPromises();
    worker(1).end({ code: 1, signal: null });
    await starting;
    const restarted = createFakeWorker();
    workers.pop();
    const ready = new Promise<string>((resolve) => {
      becomeReady = resolve;
    });
    forkNext = () => ({ ...restarted, ready, asked: restarted.asked });
    await clock.advanceAsync(0);
    const commit = await supervisedWorker.prepareReload(nextConfig);
    apply(commit);
    expect(restarted.asked).toEqual([]);
    becomeReady("127.0.0.1:1");
    await flushPromises();
    expect(restarted.asked).toEqual(["prepare", "commit"]);
  });

  it("reaches a worker that began to serve while the others were asked", async () => {
    await supervisedWorker.start();
    const commit = await supervisedWorker.prepareReload(nextConfig);
    worker(1).end({ code: 1, signal: null });
    await clock.advanceAsync(0);
    expect(worker(2).config).toBe(runningConfig);
    apply(commit);
    await flushPromises();
    expect(worker(2).config).toBe(nextConfig);
  });

  it("kills a worker that cannot take over what all others run", async () => {
    await supervisedWorker.start();
    const commit = await supervisedWorker.prepareReload(nextConfig);
    worker(1).end({ code: 1, signal: null });
    await clock.advanceAsync(0);
    worker(2).prepareReload = () => Promise.reject(new Error("the file is gone"));
    apply(commit);
    await flushPromises();
    expect(worker(2).asked).toEqual(["kill"]);
  });
});

describe("a worker that is asked to stop", () => {
  it("kills a stopping worker after the deadline, and does not restart it", async () => {
    await supervisedWorker.start();
    const stopped = supervisedWorker.stop(false);
    await clock.advanceAsync(stopDeadline - 1);
    expect(worker(1).asked).toEqual(["stop others go on"]);
    await clock.advanceAsync(1);
    expect(worker(1).asked).toEqual(["stop others go on", "kill"]);
    await stopped;
    expect(logLinesWith("worker stopped")).toEqual([
      expect.objectContaining({ level: 40, signal: "SIGKILL" }),
    ]);
    await clock.advanceAsync(600_000);
    expect(workers).toHaveLength(1);
    expect(clock.pendingCount).toBe(0);
  });

  it("gives a stopping worker the whole deadline, although it answers no pings with its channel closed", async () => {
    await supervisedWorker.start();
    worker(1).answers = false;
    const stopped = supervisedWorker.stop(true);
    await clock.advanceAsync(stopDeadline - 1);
    expect(worker(1).asked).toEqual(["stop last"]);
    worker(1).end({ code: 0, signal: null });
    await stopped;
    await flushPromises();
    expect(logLinesWith("worker stopped")).toEqual([expect.objectContaining({ level: 30, code: 0 })]);
    expect(logLinesWith(unresponsiveMessage)).toEqual([]);
    expect(clock.pendingCount).toBe(0);
  });
});

it("a worker that is not ready within two minutes is killed, and the start fails", async () => {
  const fork = () => {
    const one = createFakeWorker();
    const ready = one.exited.then(() => Promise.reject(new Error("it ended before it served")));
    return { ...one, ready };
  };
  const log = pino({ level: "silent" });
  const starting = createSupervisedWorker({
    number: 1,
    fork,
    runningConfig: () => runningConfig,
    enqueue: () => {},
    stopDeadline,
    log,
    clock,
  }).start();
  const rejection = expect(starting).rejects.toThrow("it ended before it served");
  await clock.advanceAsync(119_999);
  expect(worker(1).asked).toEqual([]);
  await clock.advanceAsync(1);
  await rejection;
  expect(worker(1).asked).toContain("kill");
});
