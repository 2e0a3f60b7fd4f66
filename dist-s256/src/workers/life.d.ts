import type { Clock } from "../domain/clock.js";
import type { WorkerProcess } from "./worker_process.js";
/** Time between two pings of a worker, in milliseconds. */
export declare const pingInterval = 5000;
/**
 * How many pings in a row a worker may leave without an answer. Many, since a healthy worker that is short of CPU, or reads a
 * flood of requests, answers late. One that has not come to it for half a minute serves nobody.
 */
export declare const maxUnanswered = 6;
/**
 * Asks a worker for signs of life, and calls `onHung` once when it gives none: it is stopped, or its event loop is blocked.
 * Returns a function that ends it.
 *
 * Counts pings and not time. A parent that was itself stopped finds one of its own pings late, and not a worker that was
 * silent all the while.
 */
export declare function watchLife(worker: Pick<WorkerProcess, "ping">, clock: Clock, onHung: (silentMs: number) => void): () => void;
