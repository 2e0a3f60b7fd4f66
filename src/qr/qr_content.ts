import { hasMoreCodePoints } from "../base/code_points.js";
import { fieldLimits } from "../domain/field_limits.js";
import { isTicketId } from "../domain/secrets.js";
import { TicketError } from "../domain/ticket_error.js";

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
export function serializeQrContent(content: QrContent): string {
  const { scene, ticketId, userPoolId, createdAt, expiresAt, customData = "{}" } = content;
  // Put together by hand because the custom data is JSON text already: to parse it only to write it again costs time
  // and could change numbers.
  return toAsciiJson(
    `{"scene":${JSON.stringify(scene)},"random":${JSON.stringify(ticketId)}` +
      `,"userPoolId":${JSON.stringify(userPoolId)},"createdAt":"${new Date(createdAt).toISOString()}"` +
      `,"expireAt":"${new Date(expiresAt).toISOString()}","customData":${customData}}`,
  );
}

/**
 * Returns the same JSON in printable ASCII: each other UTF-16 code unit as `\uXXXX`. Valid JSON has such characters in strings
 * alone, so the value is the same. Takes JSON without line breaks between its tokens, as `JSON.stringify` writes it.
 */
export function toAsciiJson(json: string): string {
  return json.replace(notPrintableAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// Without the flag `u`, so that it matches the two surrogates of a character one by one, as JSON escapes them.
const notPrintableAscii = /[^ -~]/g;

/**
 * Reads a scanned text. Times and custom data are checked for their type and then left alone: what counts is what
 * the ticket says. Keys that we do not know are passed over.
 *
 * @throws TicketError QR_CONTENT_INVALID with the same message whatever is wrong. Its cause says what, for the log.
 */
export function parseQrContent(text: string): ScannedContent {
  if (hasMoreCodePoints(text, fieldLimits.qrContent)) throw contentError("the text is too long");
  const content = parseJson(text);
  if (!isObject(content)) throw contentError("the text is JSON and no object");

  const { scene, random, userPoolId } = content;
  if (!isNonEmptyString(scene) || !isNonEmptyString(random) || !isNonEmptyString(userPoolId))
    throw contentError("scene, random or userPoolId is missing or no text");
  if (!isTicketId(random)) throw contentError("random is no ticket id");

  const { createdAt, expireAt, expiresIn, customData } = content;
  if (createdAt !== undefined && typeof createdAt !== "string") throw contentError("createdAt is no text");
  if (expireAt !== undefined && typeof expireAt !== "string") throw contentError("expireAt is no text");
  // The older form of the code: seconds, as a number or as text.
  if (expiresIn !== undefined && typeof expiresIn !== "number" && typeof expiresIn !== "string")
    throw contentError("expiresIn is no number");
  if (customData !== undefined && !isObject(customData)) throw contentError("customData is no object");
  return { scene, ticketId: random, userPoolId };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, and the cause goes into the log.
    throw contentError("the text is no JSON");
  }
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** `why` is for the log and holds nothing of the text. */
function contentError(cause: string): TicketError {
  return new TicketError("QR_CONTENT_INVALID", undefined, { cause });
}
