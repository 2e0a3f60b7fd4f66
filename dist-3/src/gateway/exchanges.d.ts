import { type AppClient, type AppCredentials, type ExchangeUserInfoResponse } from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import type { FollowedTicket } from "./followers.js";
import { HttpRefusal } from "./refusal.js";
/**
 * Spends exchange tickets, each once, and answers whoever asks again at once with the same: calls that prove the same share
 * one answer while it is awaited and for five seconds after. A refusal is shared only while it is awaited.
 */
export interface Exchanges {
    /**
     * With the caller's own credentials, for which the service answers. Refuses with APP_UNAUTHENTICATED (401) where they are
     * wrong, and with whatever the service says: PROOF_INVALID where the code verifier does not fit the ticket.
     */
    byCaller(credentials: AppCredentials, exchangeTicket: string, codeVerifier?: string): Promise<ExchangeUserInfoResponse>;
    /**
     * With the gateway's own credentials. The route has checked that the asker is the one whom the ticket was made for. Refuses
     * with what the state of the ticket says, and with whatever the service says.
     */
    byGateway(ticket: FollowedTicket): Promise<ExchangeUserInfoResponse>;
    /** Forgets what it remembers. */
    close(): void;
}
export declare function createExchanges(client: AppClient, clock: Clock): Exchanges;
/** The caller's own credential is missing or wrong. */
export declare const appUnauthenticated: () => HttpRefusal;
