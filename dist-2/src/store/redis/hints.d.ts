import type { Clock } from "../../domain/clock.js";
import type { Naming } from "./naming.js";
import type { Primaries } from "./primaries.js";
export interface HintsOptions {
    readonly primaries: Primaries;
    readonly naming: Naming;
    readonly clock: Clock;
    /** How often a watched ticket is to be read again although nothing was heard, in milliseconds; 0 for never. */
    readonly reread: number;
}
/** Tells watchers that their ticket may have been written. */
export interface Hints {
    /** As {@link TicketStore.subscribe}. */
    subscribe(id: string, onChange: () => void): Promise<() => void>;
    /** To be called when a primary has come or gone: subscribes there anew, and has every watched ticket read again. */
    resume(): void;
    close(): void;
}
/**
 * Subscriptions follow the watchers: a channel is subscribed to for the first watcher of its ticket on this node and given up with the
 * last one. Messages carry nothing, so one that is lost only delays: whatever has been missed is in the ticket, and that is read
 * again after every reconnection, and every so often besides.
 */
export declare function createHints({ primaries, naming, clock, reread }: HintsOptions): Hints;
