import type { GrpcConfig } from "../config/config.js";
import { type CallTurns } from "./call_turns.js";
/** Decides which calls are served, and in which order they start. */
export interface Admission extends CallTurns {
    /**
     * Counts a call of the caller. Each call that was counted has to be given back by `leave`.
     *
     * @throws Refusal when the caller, or all callers together, have as many as they may have.
     */
    enter(caller: string): void;
    leave(caller: string): void;
}
/** Returns the admission of unary calls and that of watches. */
export declare function createAdmissions(limits: GrpcConfig["limits"]): Record<"calls" | "watches", Admission>;
