import cluster, { type Worker } from "node:cluster";
import { systemClock } from "../../base/clock.js";
import { createProcessLog, type LogEnvironment } from "../../log/process_log.js";
import { redaction } from "../../log/redaction.js";
import { monitorDescriptors } from "../file_descriptors.js";
import { type Service, startService } from "../service.js";
import { serviceStopTimeout } from "../stop_timeouts.js";
import type { ParentMessage, WorkerMessage } from "./messages.js";

type StartMessage = Extract<ParentMessage, { kind: "start" }>;

/** The parts of its process that a worker uses. */
export interface WorkerEnvironment extends LogEnvironment {
  /** Has the signals that would ask it to stop do nothing. */
  ignoreSignals(): void;
  /** Ends the process after so many milliseconds if it has not ended by then. `beforehand` may write to the log. */
  exitAfter(ms: number, onTimeout: () => void): void;
}

/**
 * Serves on behalf of the process that has started this one, until that tells it to stop or is gone.
 *
 * Signals are for the parent: those that a terminal or a supervisor sends reach the whole group, and workers would all
 * stop at once.
 *
 * @throws Error when nobody has started it as a worker.
 */
export async function runWorker(environment: WorkerEnvironment): Promise<void> {
  const { worker } = cluster;
  if (!worker) throw new Error("worker is what serve --workers starts; it is of no use by hand");
  environment.ignoreSignals();
  worker.on("message", (message: ParentMessage) => {
    if (message.kind === "ping") void sendToParent(worker, { kind: "pong" });
  });
  const { start, stop } = parentMessages(worker);
  await sendToParent(worker, { kind: "waiting" });
  const { number, config } = await start;
  const log = createProcessLog({ level: config.log.level, redact: redaction }, environment).child({
    worker: number,
  });

  let service: Service;
  try {
    service = await startService(config, log);
  } catch (error) {
    await sendToParent(worker, {
      kind: "failed",
      message: error instanceof Error ? error.message : String(error),
    });
    worker.disconnect();
    return;
  }
  // It takes connections of its own; a limit that is too low its parent has said.
  const stopDescriptorMonitor = monitorDescriptors({ needed: 0, log, clock: systemClock });
  await sendToParent(worker, { kind: "ready", grpcAddress: service.grpcAddress });
  const reason = await stop;
  const timeoutMs = serviceStopTimeout(config.grpc);
  environment.exitAfter(timeoutMs, () => log.error({ timeoutMs }, "stopping took too long and is cut off"));
  if (reason === "parent gone") log.warn("the parent is gone, and this worker stops");
  // Once it listens no more and the channel is closed, nothing else may keep the process alive while it waits.
  const keepAlive = setInterval(() => {}, 60_000);
  // Connections that are there stay until the stop closes them. New ones go to the others.
  if (reason === "others go on") worker.disconnect();
  await service.stop();
  stopDescriptorMonitor();
  clearInterval(keepAlive);
  worker.disconnect();
}

/** What the parent asks for. To lose the parent is to be asked to stop. */
function parentMessages(worker: Worker): {
  readonly start: Promise<StartMessage>;
  readonly stop: Promise<"others go on" | "last" | "parent gone">;
} {
  return {
    start: new Promise((resolve) => {
      worker.on("message", (message: ParentMessage) => {
        if (message.kind === "start") resolve(message);
      });
    }),
    stop: new Promise((resolve) => {
      worker.on("message", (message: ParentMessage) => {
        if (message.kind === "stop") resolve(message.isLast ? "last" : "others go on");
      });
      worker.once("disconnect", () => {
        // So it is when we have closed the channel ourselves.
        if (worker.exitedAfterDisconnect) return;
        // Without this node:cluster ends the process on the spot, in the middle of its calls.
        worker.exitedAfterDisconnect = true;
        resolve("parent gone");
      });
    }),
  };
}

/** Fulfilled when it is sent, or cannot be sent because the parent is gone, which is heard of as the order to stop. */
function sendToParent(worker: Worker, message: WorkerMessage): Promise<void> {
  return new Promise((resolve) => worker.send(message, () => resolve()));
}
