import { CreateTicketRequest } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type Decoder, type Fields } from "./decode.js";
/**
 * Decodes CreateTicket, and custom data that cannot fit no further than their length: a message of 64 KiB can hold thousands of
 * values, which take milliseconds to read. Throws Refusal INVALID_REQUEST for `custom_data`.
 */
export declare function createTicketDecoder(maxBytes: number): Decoder<CreateTicketRequest>;
/** Reports that the custom data is too large. */
export declare function violateSize(fields: Fields, maxBytes: number): void;
