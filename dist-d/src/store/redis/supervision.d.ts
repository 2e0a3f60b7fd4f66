import type { Clock } from "../../domain/clock.js";
import { type Login } from "./connection.js";
import { type Confirming } from "./durability.js";
import type { Primaries } from "./primaries.js";
import type { ServerClock } from "./server_clock.js";
import type { StoreEvents } from "./store_events.js";
import type { Topology } from "./topology.js";
interface SupervisionOptions extends Confirming {
    readonly topology: Topology;
    readonly login: Login;
    readonly timeout: number;
    readonly requireDurable: boolean;
    readonly events: StoreEvents;
    readonly clock: Clock;
    readonly primaries: Primaries;
    readonly serverClock: ServerClock;
}
/** Keeps the time, and an eye on how the servers are set up. */
export interface Supervision {
    /**
     * The first look.
     *
     * @throws Error in one line if a server cannot be used, or does not keep what is required.
     */
    begin(): Promise<void>;
    /** To be called when a primary has come or gone: it may be another one with another clock. */
    changed(): void;
    end(): void;
}
export declare function superviseServers(options: SupervisionOptions): Supervision;
export {};
