import type { Logger } from "pino";
import type { Clock } from "../../base/clock.js";
import type { Config } from "../../config/config.js";
import type { Commit } from "../reload/reloadable.js";
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
  /**
   * Prepares a reload of the running process. A process that starts meanwhile, or is started later, gets the running
   * configuration before it serves.
   *
   * @throws Error with the worker's problem.
   */
  prepareReload(config: Config): Promise<Commit>;
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
  /** Returns the configuration that all workers run. */
  runningConfig(): Config;
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
  runningConfig,
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
      // The configuration may have been reloaded while the worker started with the one before.
      while (!worker.hasConfig(runningConfig())) await takeOver(worker, runningConfig());
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

  async function takeOver(worker: WorkerProcess, config: Config): Promise<void> {
    const commit = await worker.prepareReload(config);
    commit();
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
    async prepareReload(config) {
      const worker = isServing && !isStopped ? current : undefined;
      const commit = await worker?.prepareReload(config);
      return () => {
        if (commit && worker === current) return commit();
        // It began to serve while the others were asked.
        const newcomer = isServing && !isStopped ? current : undefined;
        if (newcomer) takeOver(newcomer, config).catch(() => newcomer.kill());
      };
    },
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
