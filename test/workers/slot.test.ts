import { pino } from "pino";
import { beforeEach, describe, expect, it } from "vitest";
import { maxUnanswered, pingInterval } from "../../src/workers/life.js";
import { createSlot, type Slot } from "../../src/workers/slot.js";
import type { WorkerEnd, WorkerProcess } from "../../src/workers/worker_process.js";
import { createManualClock, type ManualClock, settle } from "../support/clock.js";

/** A worker that does what it is asked for as long as the test lets it. */
interface FakeWorker extends WorkerProcess {
  /** Whether it answers pings. */
  answers: boolean;
  pings: number;
  /** What it was asked for, in order. */
  readonly asked: string[];
  end(how: WorkerEnd): void;
}

const stopDeadline = 150_000;
const hangTime = maxUnanswered * pingInterval;

let clock: ManualClock;
/** How long the parent has not run, in milliseconds: no timer of its clock has. */
let asleep: number;
let workers: FakeWorker[];
let lines: Record<string, unknown>[];
let slot: Slot;

function fakeWorker(): FakeWorker {
  let end: FakeWorker["end"] = () => {};
  const ended = new Promise<WorkerEnd>((resolve) => {
    end = resolve;
  });
  const worker: FakeWorker = {
    pid: 100 + workers.length,
    ready: Promise.resolve("127.0.0.1:1"),
    ended,
    answers: true,
    pings: 0,
    asked: [],
    end,
    ping(onPong) {
      worker.pings += 1;
      if (worker.answers) setImmediate(onPong);
    },
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
  asleep = 0;
  workers = [];
  lines = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const inTurn = (task: () => Promise<void>) => void task();
  const sleeper = { ...clock, now: () => clock.now() + asleep };
  slot = createSlot({ number: 1, fork: fakeWorker, inTurn, stopDeadline, log, clock: sleeper });
});

/** The n-th worker of the place, counted from 1. */
function worker(starts: number): FakeWorker {
  const found = workers[starts - 1];
  if (!found) throw new Error(`there is no worker ${starts}`);
  return found;
}

const said = (msg: string) => lines.filter((line) => line.msg === msg);
const hung = "worker does not answer and is killed";

describe("a worker that serves", () => {
  it("is killed, named in the log and replaced once it gives no sign of life for half a minute", async () => {
    await slot.start();
    await clock.pass(60_000);
    worker(1).answers = false;
    await clock.pass(hangTime);
    expect(worker(1).asked).toEqual([]);
    await clock.pass(pingInterval);
    expect(worker(1).asked).toEqual(["kill"]);
    expect(said(hung)).toEqual([
      expect.objectContaining({ level: 50, worker: 1, workerPid: 100, silentMs: 30_000 }),
    ]);
    expect(said("worker serves")).toHaveLength(2);
    await clock.pass(600_000);
    expect(worker(2).asked).toEqual([]);
  });

  it("lives on as long as it answers, however late", async () => {
    await slot.start();
    for (let round = 0; round < 5; round++) {
      worker(1).answers = false;
      await clock.pass(hangTime - pingInterval);
      worker(1).answers = true;
      await clock.pass(pingInterval);
    }
    expect(worker(1).asked).toEqual([]);
    expect(said(hung)).toEqual([]);
  });

  it("is not blamed for the time in which its parent was stopped", async () => {
    await slot.start();
    await clock.pass(pingInterval);
    const { pings } = worker(1);
    // What a stopped process finds when it goes on: one timer that is long overdue, and the answers not read yet.
    worker(1).answers = false;
    asleep = 600_000;
    clock.runNext(pingInterval);
    worker(1).answers = true;
    await clock.pass(hangTime);
    expect(worker(1).pings).toBeGreaterThan(pings);
    expect(worker(1).asked).toEqual([]);
  });
});

describe("a worker that is asked to stop", () => {
  it("is killed when the deadline has passed and it is still there, and its place stays empty", async () => {
    await slot.start();
    const stopped = slot.stop(false);
    await clock.pass(stopDeadline - 1);
    expect(worker(1).asked).toEqual(["stop others go on"]);
    await clock.pass(1);
    expect(worker(1).asked).toEqual(["stop others go on", "kill"]);
    await stopped;
    expect(said("worker stopped")).toEqual([expect.objectContaining({ level: 40, signal: "SIGKILL" })]);
    await clock.pass(600_000);
    expect(workers).toHaveLength(1);
    expect(clock.pending).toBe(0);
  });

  it("has the whole deadline, though it answers no pings with its channel closed", async () => {
    await slot.start();
    worker(1).answers = false;
    const stopped = slot.stop(true);
    await clock.pass(stopDeadline - 1);
    expect(worker(1).asked).toEqual(["stop last"]);
    worker(1).end({ code: 0, signal: null });
    await stopped;
    await settle();
    expect(said("worker stopped")).toEqual([expect.objectContaining({ level: 30, code: 0 })]);
    expect(said(hung)).toEqual([]);
    expect(clock.pending).toBe(0);
  });
});

it("a worker that does not serve in two minutes is killed, and the start fails", async () => {
  const fork = () => {
    const one = fakeWorker();
    const ready = one.ended.then(() => Promise.reject(new Error("it ended before it served")));
    return { ...one, ready };
  };
  const log = pino({ level: "silent" });
  const starting = createSlot({ number: 1, fork, inTurn: () => {}, stopDeadline, log, clock }).start();
  const refused = expect(starting).rejects.toThrow("it ended before it served");
  await clock.pass(119_999);
  expect(worker(1).asked).toEqual([]);
  await clock.pass(1);
  await refused;
  expect(worker(1).asked).toContain("kill");
});
