import type { Logger } from "pino";
import type { StoreConfig } from "./config/config.js";
import type { Clock } from "./domain/clock.js";
import type { Lifetimes } from "./domain/ticket.js";
import type { TicketStore } from "./store/ticket_store.js";
/** What of the health of this process depends on the store. */
export interface StoreHealth {
    setServing(isServing: boolean): void;
    setClockRight(isRight: boolean): void;
}
/** A store that is open. */
export interface OpenedStore {
    readonly store: TicketStore;
    /** The clock by which its tickets expire. */
    readonly clock: Clock;
    /** Has the health follow the store, beginning with how it is now. */
    tell(health: StoreHealth): void;
}
interface Surroundings {
    readonly clock: Clock;
    readonly lifetimes: Lifetimes;
    readonly log: Logger;
}
/**
 * Opens the store that the configuration names.
 *
 * @throws Error in one line that names what is wrong with a store in Redis.
 */
export declare function openStore(config: StoreConfig, around: Surroundings): Promise<OpenedStore>;
export {};
