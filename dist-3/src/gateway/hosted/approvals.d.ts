import type { FastifyRequest } from "fastify";
import type { GatewayParts } from "../parts.js";
import type { Codes } from "./codes.js";
/** What a phone can do with a code that it has scanned. */
export type Step = "SCAN" | "CONFIRM" | "CANCEL";
/** What came of it. */
export interface Decision {
    /** In words. */
    readonly description: string;
    /** After SCAN: who asks, for the phone to show before it asks. Empty else. The hosted API does not tell it. */
    readonly asking: Record<string, unknown>;
}
/** The phone's side, for the user whose token goes with the call. */
export type Decide = (request: FastifyRequest, step: Step, name: string) => Promise<Decision>;
/** Refuses with USER_UNAUTHENTICATED, TICKET_NOT_FOUND, and with whatever the service says. */
export declare function createDecide({ approvers }: Pick<GatewayParts, "approvers">, codes: Codes): Decide;
