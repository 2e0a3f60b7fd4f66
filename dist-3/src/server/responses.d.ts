import type { CreateTicketResponse, ExchangeUserInfoResponse, MarkScannedResponse, RequestingApp } from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState, type TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import type { SignedTokens } from "../auth/token_signer.js";
import type { Clock } from "../domain/clock.js";
import { type Ticket } from "../domain/ticket.js";
import type { Image } from "../qr/image.js";
import type { PreparedTicket, TicketProof } from "../service/tickets.js";
/** The whole status, for whoever has shown the ticket secret. `clock` is the one by which tickets expire. */
export declare function statusMessage(ticket: Ticket, { ticketSecret }: TicketProof, clock: Clock): TicketStatus;
export declare function createdMessage({ ticket, ticketSecret }: PreparedTicket, qrContent: string, image: Image | undefined, minPollInterval: number, clock: Clock): CreateTicketResponse;
export declare function scannedMessage(ticket: Ticket, app: RequestingApp, clock: Clock): MarkScannedResponse;
export declare function decidedMessage(ticket: Ticket): {
    state: TicketState;
    revision: number;
};
/** The user information, out of the ticket as it is before the exchange drops it, and the tokens if any were signed. */
export declare function exchangedMessage({ userPoolId, approval, scanner }: Ticket, tokens: SignedTokens | undefined, clock: Clock): ExchangeUserInfoResponse;
