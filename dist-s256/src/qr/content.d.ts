/** What a QR code of ours says. Times are milliseconds since the Unix epoch. */
export interface QrContent {
    readonly scene: string;
    readonly ticketId: string;
    readonly userPoolId: string;
    readonly createdAt: number;
    readonly expiresAt: number;
    /** The app's own data as JSON text, already checked to be an object; undefined for none. */
    readonly customData: string | undefined;
}
/** What the service reads out of a scanned text: the ticket, and what has to match it. */
export type ScannedContent = Pick<QrContent, "scene" | "ticketId" | "userPoolId">;
/**
 * Returns the text to draw as a QR code: JSON with the guide's keys in the guide's order, in printable ASCII. A QR code does
 * not say how its bytes are encoded: readers guess, and some guess wrong as soon as one byte is not ASCII.
 */
export declare function drawContent(content: QrContent): string;
/**
 * Returns the same JSON in printable ASCII: each other UTF-16 code unit as `\uXXXX`. Valid JSON has such characters in strings
 * alone, so the value is the same. Takes JSON without line breaks between its tokens, as `JSON.stringify` writes it.
 */
export declare function asciiJson(json: string): string;
/**
 * Reads a scanned text. Times and custom data are checked for their type and then left alone: what counts is what
 * the ticket says. Keys that we do not know are passed over.
 *
 * @throws Refusal QR_CONTENT_INVALID with the same message whatever is wrong. Its cause says what, for the log.
 */
export declare function readContent(text: string): ScannedContent;
