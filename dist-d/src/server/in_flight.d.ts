import type { Refusal } from "../domain/refusal.js";
/** A call that can be told to end early. */
export interface EndableCall {
    end(reason: Refusal): void;
}
/** Calls that end by themselves soon, and those that last until somebody ends them. */
export type InFlightKind = "calls" | "watches";
/**
 * The calls in progress. A set of each kind and not listeners on one AbortSignal: an EventTarget searches all its listeners whenever one
 * is added or removed, so each call would cost as much as there are open watches.
 */
export interface InFlight {
    /** Why no further call is served; undefined while calls are. */
    readonly stopReason: Refusal | undefined;
    add(call: EndableCall, kind: InFlightKind): void;
    delete(call: EndableCall): void;
    /** Sets the stop reason and ends all watches with it, a slice of them in each turn of the event loop. Calls go on. */
    stop(reason: Refusal): void;
    /** Ends the calls that are left with the stop reason, in slices likewise. To be called after `stop`. */
    endCalls(): void;
    /** Resolves once nothing is in progress. */
    none(): Promise<void>;
}
export declare function createInFlight(): InFlight;
