import { type AppClient, type ApproverClient } from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import { type ServedApps } from "./apps.js";
import { type Exchanges } from "./exchanges.js";
import { type Followers } from "./followers.js";
import type { GatewayLimits, GatewayOptions } from "./options.js";
import { type Pictures } from "./pictures.js";
import { type Seal } from "./seal.js";
import { type Tickets } from "./tickets.js";
/** What the routes are made of. */
export interface GatewayParts {
    readonly apps: ServedApps;
    /** The service, called for the app whose credentials go with the call. */
    readonly client: AppClient;
    /** The service, called for the user whose token goes with the call. */
    readonly approvers: ApproverClient;
    readonly tickets: Tickets;
    readonly followers: Followers;
    readonly exchanges: Exchanges;
    readonly pictures: Pictures;
    readonly seal: Seal;
    readonly clock: Clock;
    readonly limits: GatewayLimits;
    readonly handleMaxAgeMs: number;
    readonly heartbeatMs: number;
    readonly onSignIn: GatewayOptions["onSignIn"];
    /** Ends what goes on for long: the streams of events, and the watches behind them. */
    stop(): void;
    /** Lets go of everything. */
    close(): Promise<void>;
}
/** @throws TypeError, RangeError when an option makes no sense. */
export declare function createParts(options: GatewayOptions, clock: Clock): GatewayParts;
