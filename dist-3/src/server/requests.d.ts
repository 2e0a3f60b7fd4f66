import { type CreateTicketRequest, type ExchangeUserInfoRequest, type MarkScannedRequest } from "../../gen/qrlogin/v1/qr_login_service.js";
import type { ImageOptions } from "../qr/image.js";
import type { NewTicket, ScannedCode, TicketProof } from "../service/tickets.js";
/** Reads CreateTicket. Refuses with INVALID_REQUEST and every field that is at fault. */
export declare function readCreateTicket(request: CreateTicketRequest, maxCustomDataBytes: number): {
    readonly wish: NewTicket;
    readonly image: ImageOptions | undefined;
};
/** Reads what proves the right to follow a ticket. */
export declare function readProof(request: TicketProof): TicketProof;
/** Reads a request that names a ticket and nothing else. */
export declare function readTicketId(request: {
    readonly ticketId: string;
}): string;
/** Reads MarkScanned. Refuses with INVALID_REQUEST, or QR_CONTENT_INVALID where the text is not one of our codes. */
export declare function readMarkScanned({ scanned }: MarkScannedRequest): ScannedCode;
/** Reads ExchangeUserInfo. Whether the texts are right is for the ticket to tell. */
export declare function readExchange(request: ExchangeUserInfoRequest): ExchangeUserInfoRequest;
