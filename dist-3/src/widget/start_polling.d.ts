import { type Code, type Exchanged, type GatewayPlace, type Status, type Wish } from "./api.js";
import { type Polling, type PollOptions } from "./options.js";
/** A code that the page draws itself. */
export interface OwnCode extends Code {
    /** What the calls below ask for: the handle. It does not stand in the code. */
    readonly random: string;
}
/** Asks for a code. `url` is a picture of it, `qrContent` the exact text to draw. Rejects with a GatewayError. */
export declare function geneCode(wish?: GatewayPlace & Wish): Promise<OwnCode>;
/** The present status of a code, once. Rejects with a GatewayError. */
export declare function checkStatus(random: string, place?: GatewayPlace): Promise<Status>;
/**
 * Who has signed in. Takes the code's `random` and not the ticket, which is worth nothing without the app's secret. Needs the app's
 * switch `exchangeFromBrowser`. Rejects with a GatewayError.
 */
export declare function exchangeUserInfo(random: string, place?: GatewayPlace): Promise<Exchanged>;
/** Follows a code that the page draws itself, until its end. */
export declare function startPolling(random: string, options?: PollOptions): Polling;
/** Ends what `startPolling` or `startScanning` has begun. */
export declare function stopPolling(timer: Polling | undefined): void;
