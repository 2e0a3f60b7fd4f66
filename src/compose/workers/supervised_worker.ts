import type { Logger } from "pino";
import type { Clock } from "../../base/clock.js";
import type { PolicySources } from "../../config/policy/resolve_policy.js";
import { monitorPings } from "./ping_monitor.js";
import { restartDelayAfter, stableUptime } from "./restart_delay.js";
import type { WorkerExit, WorkerProcess } from "./worker_process.js";

/** A worker process that is restarted when it crashes. */
export interface SupervisedWorker {
  /**
   * Starts the worker for the first time. Resolves with the address on which it listens.
   *
   * @throws Error when the worker cannot serve. Only later failures are retried.
   */
  start(): Promise<string>;
  /** Applies policies to the running process. A process that is started later has them in its configuration. */
  applyPolicies(sources: PolicySources): void;
  /**
   * Stops the worker gracefully. Kills it if it does not stop in time or does not serve yet. Does not
   * restart it.
   */
  stop(isLast: boolean): Promise<void>;
  /** Kills the worker and does not restart it. */
  kill(): Promise<void>;
}

export interface SupervisedWorkerOptions {
  /** Number of the worker, from 1. A restarted worker keeps it. */
  readonly number: number;
  fork(number: number): WorkerProcess;
  /** Runs tasks one after the other. Tasks never reject. */
  enqueue(task: () => Promise<void>): void;
  /** Time that a graceful stop may take, in milliseconds. */
  readonly stopDeadline: number;
  readonly log: Logger;
  readonly clock: Clock;
}

/**
 * Time that a worker may take until it serves, in milliseconds. It is long because many workers may start on
 * few cores.
 */
const startTimeout = 120_000;

/** Creates a supervised worker. Its process is started by `start`. */
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
    const cancel = clock.after(startTimeout, () => worker.kill());
    try {
      const grpcAddress = await worker.ready;
      isServing = true;
      const readyAt = clock.now();
      log.info({ worker: number, starts: ++starts, workerPid: worker.pid }, "worker ready");
      stopPings = monitorPings(worker, clock, (unresponsiveMs) => {
        log.error({ ...logFieldsOf(worker), unresponsiveMs }, "worker is unresponsive and is killed");
        worker.kill();
      });
      void worker.exited.then((exit) => {
        stopPings();
        onExit(worker, exit, clock.now() - readyAt);
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

  function onExit(worker: WorkerProcess, exit: WorkerExit, uptime: number): void {
    isServing = false;
    if (isStopped) {
      log[exit.code === 0 ? "info" : "warn"]({ ...logFieldsOf(worker), ...exit }, "worker stopped");
    } else {
      if (uptime >= stableUptime) crashes = 0;
      const restartDelayMs = restartDelayAfter(++crashes);
      log.warn(
        { ...logFieldsOf(worker), ...exit, restartDelayMs },
        "worker exited unexpectedly and is restarted",
      );
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
      log.error({ worker: number, cause, restartDelayMs }, "worker failed to start and is retried");
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
    applyPolicies: (sources) => current?.applyPolicies(sources),
    async stop(isLast) {
      const worker = markStopped();
      if (!worker || !isServing) return kill();
      log.info(logFieldsOf(worker), "stopping worker");
      // The worker closes its channel before it has finished its calls, so it cannot answer pings. The
      // deadline applies instead.
      stopPings();
      worker.stop(isLast);
      const cancel = clock.after(stopDeadline, () => worker.kill());
      await worker.exited;
      cancel();
    },
  };
}
