import type { FastifyRequest } from "fastify";
import { type ExchangeUserInfoResponse, type ScannedBy } from "../../client/index.js";
import type { GatewayParts } from "../parts.js";
import type { HandledTicket } from "../tickets.js";
import type { PageTickets } from "./page_tickets.js";
/** The states that the hosted API knows and that a ticket can be in. */
export type HostedState = "PENDING" | "SCANNED" | "AUTHORIZED" | "CANCELLED" | "EXPIRED";
/** What a status call answers. */
export interface Poll {
    readonly state: HostedState;
    /** Whom the page may greet, from the scan until the end. */
    readonly scannedBy: ScannedBy | undefined;
    /** What can be exchanged; undefined unless AUTHORIZED. */
    readonly ticket: string | undefined;
    /** The user, where the app's switch `fullUserInStatus` is on and they are AUTHORIZED. */
    readonly signedIn: ExchangeUserInfoResponse | undefined;
}
/** Answers status calls from the gateway's own watch. */
export interface Polls {
    /**
     * Never waits for a change, and never refuses: one refusal ends an SDK's polling for good. What cannot be told now is
     * told as it was, and a later poll tells it. `maySpend` is asked before the exchange for `fullUserInStatus`.
     */
    look(request: FastifyRequest, ticket: HandledTicket, maySpend: () => Promise<boolean>): Promise<Poll>;
}
export declare function createPolls({ followers, exchanges, clock }: Pick<GatewayParts, "followers" | "exchanges" | "clock">, pageTickets: PageTickets): Polls;
