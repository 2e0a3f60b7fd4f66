import type { ChildProcess, Serializable } from "node:child_process";
import cluster from "node:cluster";
import type { Config } from "../../config/config.js";
import type { Snapshot } from "../../metrics/registry.js";
import type { Commit } from "../reload/reloadable.js";
import type { ParentMessage, WorkerMessage } from "./messages.js";

/** A worker process. */
export interface WorkerProcess {
  /** Process id. Undefined if the system could not start the process. */
  readonly pid: number | undefined;
  /**
   * Resolves with the worker's address once it serves. Rejects with a one-line Error if it cannot serve.
   */
  readonly ready: Promise<string>;
  readonly exited: Promise<WorkerExit>;
  /** Sends a ping. `onPong` is called once the worker's event loop answers. */
  ping(onPong: () => void): void;
  /** Returns whether the worker runs, or starts with, this very configuration. */
  hasConfig(config: Config): boolean;
  /**
   * Prepares a reload of a worker that is ready. If the worker exits meanwhile, resolves with a function that does
   * nothing.
   *
   * @throws Error with the worker's problem.
   */
  prepareReload(config: Config): Promise<Commit>;
  /** Resolves with the worker's metrics, undefined if it cannot read them. Never resolves if it does not answer. */
  readMetrics(): Promise<readonly Snapshot[] | undefined>;
  /** Stops the worker gracefully; see {@link ParentMessage}. */
  stop(isLast: boolean): void;
  /** Kills the worker at once. */
  kill(): void;
}

/** Exit status of a worker. */
export interface WorkerExit {
  /** Exit code. Null if a signal killed the worker. */
  readonly code: number | null;
  readonly signal: string | null;
}

/**
 * Configures node:cluster. To be called once, before the first worker is started.
 *
 * @throws Error when this process is itself a worker of node:cluster.
 */
export function prepareWorkers(): void {
  if (!cluster.isPrimary) {
    throw new Error("--workers cannot be used in a process that is itself a worker of node:cluster");
  }
  // This process accepts the connections and distributes them in turn. If workers accept them, the system
  // gives most connections to one or two workers, and workers that have lost this process keep the port in
  // use.
  cluster.schedulingPolicy = cluster.SCHED_RR;
  cluster.setupPrimary({ args: ["worker"] });
}

/**
 * Starts a worker process of this program, with this number. `configOf` returns the running configuration. It is called
 * when the worker is ready to receive it.
 */
export function forkWorker(number: number, configOf: () => Config): WorkerProcess {
  const worker = cluster.fork();
  const lastHandle = trackLastHandle(worker.process);
  const send = (message: ParentMessage) => {
    // A worker that cannot receive messages has ended; its exit is handled below.
    worker.send(message, () => {});
  };
  let onPong = () => {};
  /** Callbacks of the reloads that the worker prepares, by number. */
  const onPrepared = new Map<number, (problem: string | undefined) => void>();
  let config: Config | undefined;
  let reloads = 0;
  let reading: Promise<readonly Snapshot[] | undefined> | undefined;
  const exited = new Promise<WorkerExit>((resolve) => {
    worker.once("exit", (code: number | null, signal: string | null) => {
      if (code !== 0) lastHandle()?.close();
      resolve({ code, signal });
    });
    // If the process cannot be started, there is no exit event.
    worker.on("error", () => {
      if (worker.process.pid === undefined) resolve({ code: null, signal: null });
    });
  });
  // A last message can still arrive after the exit. None arrives after the channel has closed.
  const disconnected = new Promise<void>((resolve) => worker.once("disconnect", () => resolve()));
  const ready = new Promise<string>((resolve, reject) => {
    worker.on("message", (message: WorkerMessage) => {
      if (message.kind === "waiting") {
        config = configOf();
        send({ kind: "start", number, config });
      } else if (message.kind === "ready") resolve(message.grpcAddress);
      else if (message.kind === "pong") onPong();
      else if (message.kind === "prepared") onPrepared.get(message.reload)?.(message.problem);
      else if (message.kind === "failed") reject(new Error(message.message));
    });
    worker.on("error", ({ message }) => {
      if (worker.process.pid === undefined)
        reject(new Error(`worker ${number} cannot be started: ${message}`));
    });
    void Promise.all([exited, disconnected]).then(([exit]) => {
      reject(new Error(`worker ${number} exited before it was ready (${exitText(exit)})`));
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
    hasConfig: (other) => other === config,
    async prepareReload(next) {
      reloads += 1;
      const reload = reloads;
      const prepared = new Promise<string | undefined>((resolve) => void onPrepared.set(reload, resolve));
      send({ kind: "prepare", reload, config: next });
      const problem = await Promise.race([prepared, exited.then(() => undefined)]);
      onPrepared.delete(reload);
      if (problem !== undefined) throw new Error(`worker ${number}: ${problem}`);
      return () => {
        config = next;
        send({ kind: "commit", reload });
      };
    },
    readMetrics() {
      // A worker that hangs is asked once, however many scrapes come meanwhile.
      reading ??= new Promise((resolve) => {
        const onMessage = (message: WorkerMessage) => {
          if (message.kind !== "metrics") return;
          worker.off("message", onMessage);
          reading = undefined;
          resolve(message.snapshots);
        };
        worker.on("message", onMessage);
        send({ kind: "readMetrics" });
      });
      return reading;
    },
    stop: (isLast) => send({ kind: "stop", isLast }),
    kill: () => void worker.process.kill("SIGKILL"),
  };
}

/**
 * Tracks the last connection that is passed to a worker, and returns a function that returns it. Node.js (20, at least)
 * closes its own copy of a connection once the worker has confirmed it. If the worker dies before that, the
 * client keeps an open connection that is never answered. Closing the copy twice has no effect.
 */
function trackLastHandle(child: ChildProcess): () => { close(): void } | undefined {
  let last: { close(): void } | undefined;
  // Not connected: the process could not be started.
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
