import type { ChildProcess, Serializable } from "node:child_process";
import cluster from "node:cluster";
import type { Config } from "../../config/config.js";
import type { ParentMessage, WorkerMessage } from "./messages.js";

/** A process that serves on behalf of this one. */
export interface WorkerProcess {
  /** Undefined if the system would not start it. */
  readonly pid: number | undefined;
  /** Where it listens, once it serves. Rejected with an Error that says in one line why it does not. */
  readonly ready: Promise<string>;
  readonly exited: Promise<WorkerExit>;
  /** Asks for a sign of life. `onPong` is called when the worker's event loop answers, and never if it does not. */
  ping(onPong: () => void): void;
  /** Asks it to stop politely; see {@link ParentMessage}. */
  stop(last: boolean): void;
  /** Ends it at once. */
  kill(): void;
}

/** How a worker came to its end. */
export interface WorkerExit {
  /** Null if a signal killed it. */
  readonly code: number | null;
  readonly signal: string | null;
}

/** What has to be settled once, before the first worker is started. */
export function prepareWorkers(): void {
  if (!cluster.isPrimary) {
    throw new Error("--workers cannot be used in a process that is itself a worker of node:cluster");
  }
  // This process takes the connections and deals them out in turn. Where workers take them themselves, the system gives
  // most of them to one or two, and workers that have lost this process would hold the port.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ args: ["worker"] });
}

/** Starts a process of the same program, and has it serve. */
export function forkWorker(number: number, config: Config): WorkerProcess {
  const worker = cluster.fork();
  const lastHandle = trackLastHandle(worker.process);
  const send = (message: ParentMessage) => {
    // A worker that cannot be told anything has ended, which is heard of below.
    worker.send(message, () => {});
  };
  let onPong = () => {};
  const exited = new Promise<WorkerExit>((resolve) => {
    worker.once("exit", (code: number | null, signal: string | null) => {
      if (code !== 0) lastHandle()?.close();
      resolve({ code, signal });
    });
    // Where there is no process there will be no exit.
    worker.on("error", () => {
      if (worker.process.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  // Its last words can still be on the way when it is gone. After the channel has closed there are none.
  const disconnected = new Promise<void>((resolve) => worker.once("disconnect", () => resolve()));
  const ready = new Promise<string>((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "waiting") send({ kind: "start", number, config });
      else if (message.kind === "ready") resolve(message.grpcAddress);
      else if (message.kind === "pong") onPong();
      else if (message.kind === "failed") reject(new Error(message.message));
    });
    worker.on("error", ({ message }) => {
      if (worker.process.pid === undefined)
        reject(new Error(`worker ${number} cannot be started: ${message}`));
    });
    void Promise.all([exited, disconnected]).then(([end]) => {
      reject(new Error(`worker ${number} ended before it served (${exitText(end)})`));
    });
  });
  return {
    pid: worker.process.pid,
    ready,
    exited,
    ping(callback) {
      onPong = callback;
      send({ kind: "ping" });
    },
    stop: (isLast) => send({ kind: "stop", isLast }),
    kill: () => void worker.process.kill("SIGKILL"),
  };
}

/**
 * The last connection that was passed to a worker. Node.js (20, at least) closes its own copy of one when the worker says
 * that it has it. A worker that dies before leaves the client with a connection that stays open and is never answered.
 * To close it once more when it has been closed does nothing.
 */
function trackLastHandle(child: ChildProcess): () => { close(): void } | undefined {
  let last: { close(): void } | undefined;
  // The system would not start it.
  if (!child.connected) return () => undefined;
  const send = child.send.bind(child);
  child.send = (message: Serializable, handle?: unknown, ...others: unknown[]) => {
    if (isClosable(handle)) last = handle;
    return Reflect.apply(send, child, [message, handle, ...others]);
  };
  return () => last;
}

function isClosable(handle: unknown): handle is { close(): void } {
  return typeof handle === "object" && handle !== null && "close" in handle;
}

function exitText({ code, signal }: WorkerExit): string {
  return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
