import type { Logger } from "pino";
import type { Clock } from "../domain/clock.js";
import type { WorkerProcess } from "./worker_process.js";
/** The place of one worker, which is filled again when its worker dies. */
export interface Slot {
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
export interface SlotOptions {
    /** From 1. Stays when the worker is replaced. */
    readonly number: number;
    fork(number: number): WorkerProcess;
    /** Runs tasks one after the other. The tasks never reject. */
    inTurn(task: () => Promise<void>): void;
    /** How long a polite stop may take, in milliseconds. */
    readonly stopDeadline: number;
    readonly log: Logger;
    readonly clock: Clock;
}
/** Makes an empty place. */
export declare function createSlot({ number, fork, inTurn, stopDeadline, log, clock }: SlotOptions): Slot;
