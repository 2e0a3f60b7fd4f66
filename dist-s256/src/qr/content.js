import { Refusal } from "../domain/refusal.js";
import { isTicketId } from "../domain/secrets.js";
import { hasMoreCharacters } from "../domain/text_length.js";
/** Longest text that is parsed, in characters (code points). The largest QR code holds fewer bytes. */
const maxCharacters = 4_096;
/**
 * Returns the text to draw as a QR code: JSON with the guide's keys in the guide's order, in printable ASCII. A QR code does
 * not say how its bytes are encoded: readers guess, and some guess wrong as soon as one byte is not ASCII.
 */
export function drawContent(content) {
    const { scene, ticketId, userPoolId, createdAt, expiresAt, customData = "{}" } = content;
    // Put together by hand because the custom data is JSON text already: to parse it only to write it again costs time
    // and could change numbers.
    return asciiJson(`{"scene":${JSON.stringify(scene)},"random":${JSON.stringify(ticketId)}` +
        `,"userPoolId":${JSON.stringify(userPoolId)},"createdAt":"${new Date(createdAt).toISOString()}"` +
        `,"expireAt":"${new Date(expiresAt).toISOString()}","customData":${customData}}`);
}
/**
 * Returns the same JSON in printable ASCII: each other UTF-16 code unit as `\uXXXX`. Valid JSON has such characters in strings
 * alone, so the value is the same. Takes JSON without line breaks between its tokens, as `JSON.stringify` writes it.
 */
export function asciiJson(json) {
    return json.replace(notPrintableAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}
// Without the flag `u`, so that it matches the two surrogates of a character one by one, as JSON escapes them.
const notPrintableAscii = /[^ -~]/g;
/**
 * Reads a scanned text. Times and custom data are checked for their type and then left alone: what counts is what
 * the ticket says. Keys that we do not know are passed over.
 *
 * @throws Refusal QR_CONTENT_INVALID with the same message whatever is wrong. Its cause says what, for the log.
 */
export function readContent(text) {
    if (hasMoreCharacters(text, maxCharacters))
        throw invalid("the text is too long");
    const content = parse(text);
    if (!isObject(content))
        throw invalid("the text is JSON and no object");
    const { scene, random, userPoolId } = content;
    if (!isFilled(scene) || !isFilled(random) || !isFilled(userPoolId))
        throw invalid("scene, random or userPoolId is missing or no text");
    if (!isTicketId(random))
        throw invalid("random is no ticket id");
    const { createdAt, expireAt, expiresIn, customData } = content;
    if (createdAt !== undefined && typeof createdAt !== "string")
        throw invalid("createdAt is no text");
    if (expireAt !== undefined && typeof expireAt !== "string")
        throw invalid("expireAt is no text");
    // The older form of the code: seconds, as a number or as text.
    if (expiresIn !== undefined && typeof expiresIn !== "number" && typeof expiresIn !== "string")
        throw invalid("expiresIn is no number");
    if (customData !== undefined && !isObject(customData))
        throw invalid("customData is no object");
    return { scene, ticketId: random, userPoolId };
}
function parse(text) {
    try {
        return JSON.parse(text);
    }
    catch {
        // The parser's message quotes the text, and the cause goes into the log.
        throw invalid("the text is no JSON");
    }
}
function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
function isFilled(value) {
    return typeof value === "string" && value !== "";
}
/** `why` is for the log and holds nothing of the text. */
function invalid(why) {
    return new Refusal("QR_CONTENT_INVALID", undefined, { cause: why });
}
