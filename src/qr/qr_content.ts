import { hasMoreCodePoints } from "../base/code_points.js";
import { isObject } from "../base/is_object.js";
import { fieldLimits } from "../domain/field_limits.js";
import type { QrStep } from "../domain/qr_rotation.js";
import { isTicketId, qrStepProofLength } from "../domain/secrets.js";
import { TicketError } from "../domain/ticket_error.js";

/** Content of a QR code of ours. Times are in milliseconds since the Unix epoch. */
export interface QrContent {
  readonly scene: string;
  readonly ticketId: string;
  /** Step of a code that changes; undefined if the code stays the same. */
  readonly step: QrStep | undefined;
  readonly userPoolId: string;
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Custom data of the app as JSON text, already checked to be an object; undefined for none. */
  readonly customData: string | undefined;
}

/**
 * Fields that the service uses from a scanned text: the ticket id, the step, and the values that must match the ticket.
 */
export type ScannedContent = Pick<QrContent, "scene" | "ticketId" | "step" | "userPoolId">;

/**
 * Returns the text of the QR code: JSON with the guide's keys in the guide's order, in printable ASCII. A QR
 * code does not declare its text encoding, and some readers guess wrong if any byte is not ASCII.
 */
export function serializeQrContent(content: QrContent): string {
  const { scene, userPoolId, createdAt, expiresAt, customData = "{}" } = content;
  // Built by hand because the custom data is already JSON text. Parsing and serializing it again would take
  // time and could change numbers.
  return toAsciiJson(
    `{"scene":${JSON.stringify(scene)},"random":${JSON.stringify(randomOf(content))}` +
      `,"userPoolId":${JSON.stringify(userPoolId)},"createdAt":"${new Date(createdAt).toISOString()}"` +
      `,"expireAt":"${new Date(expiresAt).toISOString()}","customData":${customData}}`,
  );
}

/**
 * Returns the same JSON in printable ASCII, with each other UTF-16 code unit as `\uXXXX`. The value stays the
 * same, since valid JSON has those characters only in strings. The JSON must have no line breaks between its
 * tokens, as `JSON.stringify` writes it.
 */
export function toAsciiJson(json: string): string {
  return json.replace(notPrintableAscii, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
}

// Without the flag `u`, so that it matches each surrogate of a pair by itself, as JSON escapes them.
const notPrintableAscii = /[^ -~]/g;

/**
 * Parses a scanned text. Only the types of times and custom data are checked, since the ticket's own values
 * apply. Ignores unknown keys.
 *
 * @throws TicketError QR_CONTENT_INVALID with one fixed message. The cause states the failure, for the log.
 */
export function parseQrContent(text: string): ScannedContent {
  if (hasMoreCodePoints(text, fieldLimits.qrContent)) throw contentError("the text is too long");
  const content = parseJson(text);
  if (!isObject(content)) throw contentError("the text is JSON but not an object");

  const { scene, random, userPoolId } = content;
  if (!isNonEmptyString(scene) || !isNonEmptyString(random) || !isNonEmptyString(userPoolId))
    throw contentError("scene, random or userPoolId is missing or not a string");
  const code = parseRandom(random);
  if (!code) throw contentError("random is not a ticket id, alone or with a step");

  const { createdAt, expireAt, expiresIn, customData } = content;
  if (createdAt !== undefined && typeof createdAt !== "string")
    throw contentError("createdAt is not a string");
  if (expireAt !== undefined && typeof expireAt !== "string") throw contentError("expireAt is not a string");
  // The older format of the code: seconds, as a number or a string.
  if (expiresIn !== undefined && typeof expiresIn !== "number" && typeof expiresIn !== "string")
    throw contentError("expiresIn is not a number");
  if (customData !== undefined && !isObject(customData)) throw contentError("customData is not an object");
  return { scene, ...code, userPoolId };
}

/** Digits of the number of a step. The length is fixed, so that all codes of a ticket have the same size. */
const stepDigits = 4;

/** Returns the value of `random`: the ticket id, or `ticket_id.step.proof` if the code changes. */
function randomOf({ ticketId, step }: Pick<QrContent, "ticketId" | "step">): string {
  return step ? `${ticketId}.${String(step.number).padStart(stepDigits, "0")}.${step.proof}` : ticketId;
}

const stepPattern = new RegExp(`^(\\d{${stepDigits}})\\.([\\w-]{${qrStepProofLength}})$`);

/** Parses a value of `random`. Returns undefined if it has neither form. */
function parseRandom(random: string): Pick<QrContent, "ticketId" | "step"> | undefined {
  const end = random.indexOf(".");
  const ticketId = end < 0 ? random : random.slice(0, end);
  if (!isTicketId(ticketId)) return undefined;
  if (end < 0) return { ticketId, step: undefined };
  const [, digits, proof] = stepPattern.exec(random.slice(end + 1)) ?? [];
  if (digits === undefined || proof === undefined) return undefined;
  return { ticketId, step: { number: Number(digits), proof } };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // The parser's message quotes the text, which must not be logged.
    throw contentError("the text is not JSON");
  }
}

function isNonEmptyString(value: unknown): value is string {
  return typeof value === "string" && value !== "";
}

/** Creates the error. `cause` is for the log and contains no part of the text. */
function contentError(cause: string): TicketError {
  return new TicketError("QR_CONTENT_INVALID", undefined, { cause });
}
