import type { Api, GatewayError, ScannedBy } from "./api.js";
import type { FollowOptions } from "./options.js";
/** How a code can end. */
export type End = {
    readonly kind: "succeeded";
    readonly by: ScannedBy;
} | {
    readonly kind: "cancelled" | "expired";
}
/** The service has forgotten the ticket, in a restart say; or this browser may not follow it. */
 | {
    readonly kind: "gone";
    readonly error: GatewayError;
} | {
    readonly kind: "failed";
    readonly error: GatewayError;
};
/** Shows what becomes of a code. Told before the page's callbacks are, so that those may stop or restart it. */
export interface Attendant {
    onScanned(by: ScannedBy, until: number): void;
    /** Approved; what remains is between page and gateway. */
    onFinishing(): void;
    onReach(reached: boolean): void;
    onEnd(end: End): void;
}
/**
 * Follows one code to its end, and tells the page's `onResult`, `onScanned`, `onSuccess` and `onCancel`. What else there is
 * to tell is left to the caller. The answer stops it.
 */
export declare function attend(api: Api, handle: string, intervalMs: number, options: FollowOptions, attendant: Attendant): () => void;
