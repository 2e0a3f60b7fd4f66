import cluster, { type Worker } from "node:cluster";
import type { Logger } from "pino";
import { systemClock } from "../../base/clock.js";
import type { Config } from "../../config/config.js";
import type { LogEnvironment } from "../../log/process_log.js";
import type { Snapshot } from "../../metrics/registry.js";
import { monitorDescriptors } from "../file_descriptors.js";
import { createProcessRegistry, type MetricsSource } from "../metrics.js";
import {
  type Commit,
  combineReloadables,
  type Reloadable,
  reloadableLogLevel,
} from "../reload/reloadable.js";
import { type Service, startService } from "../service.js";
import { serviceStopTimeout } from "../stop_timeouts.js";
import { startTelemetry } from "../tracing.js";
import type { ParentMessage, WorkerMessage } from "./messages.js";

type StartMessage = Extract<ParentMessage, { kind: "start" }>;

/** The parts of its process that a worker uses. */
export interface WorkerEnvironment extends LogEnvironment {
  /** Ignores the signals that would stop the process. */
  ignoreSignals(): void;
  /**
   * Ends the process after `ms` milliseconds if it is still running. Calls `onTimeout` first, which may write
   * to the log.
   */
  exitAfter(ms: number, onTimeout: () => void): void;
}

/**
 * Runs a worker process until its parent stops it or is gone.
 *
 * Signals are left to the parent. A terminal or a process manager sends them to the whole group, and all
 * workers would stop at the same time.
 *
 * @throws Error when the process was not started as a worker.
 */
export async function runWorker(environment: WorkerEnvironment): Promise<void> {
  const { worker } = cluster;
  if (!worker) throw new Error("the worker command is internal: serve --workers starts it");
  environment.ignoreSignals();
  worker.on("message", (message: ParentMessage) => {
    if (message.kind === "ping") void sendToParent(worker, { kind: "pong" });
  });
  const { start, stop } = parentMessages(worker);
  await sendToParent(worker, { kind: "waiting" });
  const { number, config } = await start;
  const { log: parentLog, tracing, losses } = await startTelemetry(config, "qrlogin", environment);
  const log = parentLog.child({ worker: number });

  let service: Service;
  try {
    service = await startService(config, log, { tracing });
  } catch (error) {
    await sendToParent(worker, {
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
    });
    worker.disconnect();
    return;
  }
  serveReloads(worker, combineReloadables([service, reloadableLogLevel(log)]));
  // A worker monitors its own descriptors. The parent has already checked the limit, so `needed` is 0.
  const stopDescriptorMonitor = monitorDescriptors({ needed: 0, log, clock: systemClock });
  if (config.metrics.enabled) answerScrapes(worker, [service, createProcessRegistry(losses)], log);
  await sendToParent(worker, { kind: "ready", grpcAddress: service.grpcAddress });
  const reason = await stop;
  const timeoutMs = serviceStopTimeout(config.grpc);
  environment.exitAfter(timeoutMs, () => log.error({ timeoutMs }, "shutdown timed out; exiting"));
  if (reason === "parent gone") log.warn("the parent process is gone; stopping");
  // Once the worker has stopped listening and closed the channel, nothing else keeps the process alive while
  // it waits.
  const keepAlive = setInterval(() => {}, 60_000);
  // Open connections stay until the service closes them. New ones go to the other workers.
  if (reason === "not last") worker.disconnect();
  await service.stop();
  await tracing?.stop();
  stopDescriptorMonitor();
  clearInterval(keepAlive);
  worker.disconnect();
}

/**
 * Sends the metrics whenever the parent asks for them. If they cannot be read, logs why and says so to the parent,
 * which would wait for the answer forever.
 */
export function answerScrapes(
  worker: Pick<Worker, "on" | "send">,
  sources: readonly MetricsSource[],
  log: Pick<Logger, "error">,
): void {
  async function read(): Promise<readonly Snapshot[] | undefined> {
    try {
      const snapshots = await Promise.all(sources.map((source) => source.readMetrics()));
      return snapshots.flat();
    } catch (err) {
      log.error({ err }, "the metrics of this worker cannot be read");
      return undefined;
    }
  }
  worker.on("message", (message: ParentMessage) => {
    if (message.kind !== "readMetrics") return;
    void read().then((snapshots) => sendToParent(worker, { kind: "metrics", snapshots }));
  });
}

/** Returns promises for the parent's messages. The loss of the parent counts as a request to stop. */
function parentMessages(worker: Worker): {
  readonly start: Promise<StartMessage>;
  readonly stop: Promise<"not last" | "last" | "parent gone">;
} {
  return {
    start: new Promise((resolve) => {
      worker.on("message", (message: ParentMessage) => {
        if (message.kind === "start") resolve(message);
      });
    }),
    stop: new Promise((resolve) => {
      worker.on("message", (message: ParentMessage) => {
        if (message.kind === "stop") resolve(message.isLast ? "last" : "not last");
      });
      worker.once("disconnect", () => {
        // The worker has closed the channel itself.
        if (worker.exitedAfterDisconnect) return;
        // Without this, node:cluster ends the process at once, in the middle of its calls.
        worker.exitedAfterDisconnect = true;
        resolve("parent gone");
      });
    }),
  };
}

/** Prepares and commits reloads as the parent asks. It asks only once the worker is ready. */
function serveReloads(worker: Worker, service: Reloadable): void {
  const prepared = new Map<number, Commit>();
  /** The preparations, one after the other: a later configuration must not be committed before an earlier one. */
  let queue: Promise<unknown> = Promise.resolve();

  async function prepare(reload: number, config: Config): Promise<string | undefined> {
    try {
      prepared.set(reload, await service.prepareReload(config));
      return undefined;
    } catch (error) {
      return error instanceof Error ? error.message : String(error);
    }
  }

  worker.on("message", (message: ParentMessage) => {
    if (message.kind === "commit") {
      prepared.get(message.reload)?.();
      // Those that were prepared and never committed, since another worker failed.
      for (const reload of prepared.keys()) if (reload <= message.reload) prepared.delete(reload);
    }
    if (message.kind !== "prepare") return;
    const { reload, config } = message;
    queue = queue.then(async () => {
      const problem = await prepare(reload, config);
      await sendToParent(worker, { kind: "prepared", reload, problem });
    });
  });
}

/**
 * Resolves when the message is sent, or cannot be sent because the parent is gone. `parentMessages` reports
 * that as a stop.
 */
function sendToParent(worker: Pick<Worker, "send">, message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => worker.send(message, () => resolve()));
}
