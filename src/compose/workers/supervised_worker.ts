import type { Logger } from "pino";
import type { Clock } from "../../base/clock.js";
import { monitorPings } from "./ping_monitor.js";
import { restartDelayAfter, stableUptime } from "./restart_delay.js";
import type { WorkerExit, WorkerProcess } from "./worker_process.js";

/** The place of one worker, which is filled again when its worker dies. */
export interface SupervisedWorker {
  /**
   * Fills the place for the first time. The answer is where the worker listens.
   *
   * @throws Error when it cannot serve. Only later failures are tried again.
   */
  start(): Promise<string>;
  /** Has the worker stop politely; kills it if it does not, or does not serve yet. The place stays empty. */
  stop(last: boolean): Promise<void>;
  /** Kills the worker. The place stays empty. */
  kill(): Promise<void>;
}

export interface SupervisedWorkerOptions {
  /** From 1. Stays when the worker is replaced. */
  readonly number: number;
  fork(number: number): WorkerProcess;
  /** Runs tasks one after the other. The tasks never reject. */
  enqueue(task: () => Promise<void>): void;
  /** How long a polite stop may take, in milliseconds. */
  readonly stopDeadline: number;
  readonly log: Logger;
  readonly clock: Clock;
}

/** How long a worker may take until it serves, in milliseconds. Long, since many may start on few cores. */
const startDeadline = 120_000;

/** Makes an empty place. */
export function createSupervisedWorker({
  number,
  fork,
  enqueue,
  stopDeadline,
  log,
  clock,
}: SupervisedWorkerOptions): SupervisedWorker {
  let current: WorkerProcess | undefined;
  let isServing = false;
  let isStopped = false;
  let cancelRestart = () => {};
  let stopPings = () => {};
  let crashes = 0;
  let starts = 0;

  async function start(): Promise<string> {
    const worker = fork(number);
    current = worker;
    const cancel = clock.after(startDeadline, () => worker.kill());
    try {
      const grpcAddress = await worker.ready;
      isServing = true;
      const since = clock.now();
      log.info({ worker: number, starts: ++starts, workerPid: worker.pid }, "worker serves");
      stopPings = monitorPings(worker, clock, (unresponsiveMs) => {
        log.error({ ...logFieldsOf(worker), unresponsiveMs }, "worker does not answer and is killed");
        worker.kill();
      });
      void worker.exited.then((end) => {
        stopPings();
        onExit(worker, end, clock.now() - since);
      });
      return grpcAddress;
    } catch (error) {
      worker.kill();
      await worker.exited;
      throw error;
    } finally {
      cancel();
    }
  }

  function onExit(worker: WorkerProcess, end: WorkerExit, uptime: number): void {
    isServing = false;
    if (isStopped) {
      log[end.code === 0 ? "info" : "warn"]({ ...logFieldsOf(worker), ...end }, "worker stopped");
    } else {
      if (uptime >= stableUptime) crashes = 0;
      const restartDelayMs = restartDelayAfter(++crashes);
      log.warn({ ...logFieldsOf(worker), ...end, restartDelayMs }, "worker died and is replaced");
      restartAfter(restartDelayMs);
    }
  }

  function restartAfter(restartDelayMs: number): void {
    cancelRestart = clock.after(restartDelayMs, () => enqueue(restart));
  }

  async function restart(): Promise<void> {
    if (isStopped) return;
    try {
      await start();
    } catch (error) {
      if (isStopped) return;
      const restartDelayMs = restartDelayAfter(++crashes);
      const cause = error instanceof Error ? error.message : String(error);
      log.error({ worker: number, cause, restartDelayMs }, "worker cannot serve and is tried again");
      restartAfter(restartDelayMs);
    }
  }

  const logFieldsOf = ({ pid }: WorkerProcess) => ({ worker: number, workerPid: pid });

  function markStopped(): WorkerProcess | undefined {
    isStopped = true;
    cancelRestart();
    return current;
  }

  async function kill(): Promise<void> {
    const worker = markStopped();
    worker?.kill();
    await worker?.exited;
  }

  return {
    start,
    kill,
    async stop(last) {
      const worker = markStopped();
      if (!worker || !isServing) return kill();
      log.info(logFieldsOf(worker), "worker stops");
      // It closes the channel before it has finished its calls. From now on the deadline counts.
      stopPings();
      worker.stop(last);
      const cancel = clock.after(stopDeadline, () => worker.kill());
      await worker.exited;
      cancel();
    },
  };
}
