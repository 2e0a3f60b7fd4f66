import type { Clock } from "../../domain/clock.js";
import type { Lifetimes } from "../../domain/ticket.js";
import type { TicketStore } from "../ticket_store.js";
import type { Login } from "./connection.js";
import type { Confirming } from "./durability.js";
import { type Caps } from "./quota.js";
import type { StoreEvents } from "./store_events.js";
import type { Topology } from "./topology.js";
export interface RedisStoreOptions extends Confirming {
    readonly topology: Topology;
    readonly login: Login;
    /** What every key and channel begins with. */
    readonly keyPrefix: string;
    /** How long connecting, and every answer, may take, in milliseconds. */
    readonly timeout: number;
    /** How often a watched ticket is to be read again although nothing was heard of it, in milliseconds; 0 for never. */
    readonly reread: number;
    readonly requireDurable: boolean;
    readonly lifetimes: Lifetimes;
    readonly caps: Caps;
    /** This machine's clock. */
    readonly clock: Clock;
    readonly events: StoreEvents;
}
/** A store in Redis, and the time by which its nodes agree. */
export type RedisStore = TicketStore & {
    readonly clock: Clock;
};
/**
 * Opens a store in Redis.
 *
 * @throws Error in one line that names what is wrong: a server that cannot be reached or refuses us, is too old, a replica, may throw keys
 * away or keep a key or a channel from us, or, where that is required, may lose what was answered.
 */
export declare function openRedisStore(options: RedisStoreOptions): Promise<RedisStore>;
