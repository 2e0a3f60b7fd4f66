import { type Api, GatewayError, type Status } from "./api.js";
/** Who follows a ticket. */
export interface Follower {
    /** Each status that is not the same as the one before. */
    onStatus(status: Status): void;
    /** The ticket can be followed no longer: it is gone, or the gateway refuses for good. */
    onGone(error: GatewayError): void;
    /** Whether the gateway is reached, whenever that changes. */
    onReach(reached: boolean): void;
}
/**
 * Follows a ticket until its end, over whatever happens in between: pushed where EventSource works, polled where it does
 * not. Rests while the page is hidden. The answer stops it.
 */
export declare function follow(api: Api, handle: string, intervalMs: number, follower: Follower): () => void;
