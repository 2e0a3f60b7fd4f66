import type { Duration } from "../../../gen/google/protobuf/duration.js";
import {
  type CreateTicketRequest,
  CreatorCapability,
  type ExchangeUserInfoRequest,
  type MarkScannedRequest,
  PhoneCapability,
  QrErrorCorrection,
  QrImageFormat,
  type QrImageOptions,
  type SubmitCheckCodeRequest,
} from "../../../gen/qrlogin/v1/qr_login_service.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { isCanonicalBase64url } from "../../domain/secrets.js";
import type { ImageOptions } from "../../qr/image_renderer.js";
import { parseQrContent, toAsciiJson } from "../../qr/qr_content.js";
import type { CreateParameters, Scan, ScannedCode, TicketCredentials } from "../../service/tickets.js";
import { addSizeViolation } from "./custom_data.js";
import { createFieldValidator, type FieldValidator } from "./decode.js";
import { readContextSource, readIpAddress, readRequester } from "./requester.js";

/** Largest absolute value of the seconds of a google.protobuf.Duration: about 10,000 years. */
const maxDurationSeconds = 315_576_000_000;

const scenePattern = new RegExp(`^[A-Z][A-Z0-9_]{0,${fieldLimits.scene - 1}}$`);
const defaultScene = "APP_AUTH";

/**
 * Reads a CreateTicket request.
 *
 * @throws TicketError INVALID_REQUEST with every field that is not valid.
 */
export function readCreateTicket(
  request: CreateTicketRequest,
  maxCustomDataBytes: number,
): { readonly parameters: CreateParameters; readonly image: ImageOptions | undefined } {
  const fields = createFieldValidator();
  const scene = request.scene || defaultScene;
  if (!scenePattern.test(scene))
    fields.addViolation(
      "scene",
      `must be 1 to ${fieldLimits.scene} characters of A-Z, 0-9 and _, beginning with a letter`,
    );
  const codeChallenge = request.codeChallenge || undefined;
  if (codeChallenge !== undefined && !isCanonicalBase64url(codeChallenge, 32)) {
    fields.addViolation("code_challenge", "must be a SHA-256 digest as 43 characters of base64url");
  }
  const customData = readCustomData(request.customData, maxCustomDataBytes, fields);
  const customDataSource = readContextSource("custom_data_source", request.customDataSource, fields);
  const capabilities = readCapabilities(request.capabilities, fields);
  const parameters: CreateParameters = {
    scene,
    customData,
    customDataSource: customData === undefined ? undefined : customDataSource,
    ttl: readTtl(request.ttl, fields),
    requester: readRequester(request.requester, fields),
    codeChallenge,
    screenId: fields.limitText("screen_id", request.screenId, fieldLimits.screenId),
    asksForCheckCode: capabilities.includes(CreatorCapability.CHECK_CODE),
    drawsQrCodeSteps: capabilities.includes(CreatorCapability.QR_CODE_STEPS),
  };
  const image = request.qrImage && readImageOptions(request.qrImage, fields);
  fields.throwIfInvalid();
  return { parameters, image };
}

/**
 * Reads the ticket id and the ticket secret.
 *
 * @throws TicketError INVALID_REQUEST with every field that is not valid.
 */
export function readTicketCredentials(request: TicketCredentials): TicketCredentials {
  const fields = createFieldValidator();
  const ticketId = fields.requireText("ticket_id", request.ticketId, fieldLimits.ticketId);
  const ticketSecret = fields.requireText("ticket_secret", request.ticketSecret, fieldLimits.ticketSecret);
  fields.throwIfInvalid();
  return { ticketId, ticketSecret };
}

/**
 * Reads the ticket id of a request that has no other field.
 *
 * @throws TicketError INVALID_REQUEST when the id is missing or too long.
 */
export function readTicketId(request: { readonly ticketId: string }): string {
  const fields = createFieldValidator();
  const ticketId = fields.requireText("ticket_id", request.ticketId, fieldLimits.ticketId);
  fields.throwIfInvalid();
  return ticketId;
}

/**
 * Reads a MarkScanned request.
 *
 * @throws TicketError INVALID_REQUEST, or QR_CONTENT_INVALID when the scanned text is not the content of one
 * of our QR codes.
 */
export function readMarkScanned({ scanned, capabilities }: MarkScannedRequest): Scan {
  const fields = createFieldValidator();
  const showsCheckCode = readCapabilities(capabilities, fields).includes(PhoneCapability.CHECK_CODE);
  fields.throwIfInvalid();
  return { code: readScannedCode(scanned), showsCheckCode };
}

/** Returns the capabilities. Adds a violation if there are more than a later release could define. */
function readCapabilities<Capability>(
  capabilities: readonly Capability[],
  fields: FieldValidator,
): readonly Capability[] {
  if (capabilities.length > fieldLimits.capabilities) {
    fields.addViolation("capabilities", `must have at most ${fieldLimits.capabilities} values`);
  }
  return capabilities;
}

function readScannedCode(scanned: MarkScannedRequest["scanned"]): ScannedCode {
  if (scanned?.$case === "qrContent" && scanned.value !== "") return parseQrContent(scanned.value);
  const fields = createFieldValidator();
  const ticketId =
    scanned?.$case === "ticketId"
      ? fields.requireText("ticket_id", scanned.value, fieldLimits.ticketId)
      : undefined;
  if (ticketId === undefined) fields.addViolation("qr_content", "is required unless ticket_id is set");
  fields.throwIfInvalid();
  return { ticketId: ticketId ?? "", step: undefined, scene: undefined, userPoolId: undefined };
}

/** A SubmitCheckCode request whose fields are valid. */
export interface CheckCodeSubmission {
  readonly credentials: TicketCredentials;
  readonly checkCode: string;
  /** Address of the browser; empty if the caller does not state one. */
  readonly ipAddress: string;
}

const checkCodePattern = new RegExp(`^[0-9]{${fieldLimits.checkCode.min},${fieldLimits.checkCode.max}}$`);

/**
 * Reads a SubmitCheckCode request.
 *
 * @throws TicketError INVALID_REQUEST with every field that is not valid. This does not count as an attempt.
 */
export function readSubmitCheckCode(request: SubmitCheckCodeRequest): CheckCodeSubmission {
  const fields = createFieldValidator();
  const ticketId = fields.requireText("ticket_id", request.ticketId, fieldLimits.ticketId);
  const ticketSecret = fields.requireText("ticket_secret", request.ticketSecret, fieldLimits.ticketSecret);
  if (!checkCodePattern.test(request.checkCode)) {
    const { min, max } = fieldLimits.checkCode;
    fields.addViolation("check_code", `must be ${min} to ${max} digits`);
  }
  const ipAddress = readIpAddress("ip_address", request.ipAddress, fields);
  fields.throwIfInvalid();
  return { credentials: { ticketId, ticketSecret }, checkCode: request.checkCode, ipAddress };
}

/**
 * Reads an ExchangeUserInfo request. Does not check the exchange ticket and the code verifier themselves.
 *
 * @throws TicketError INVALID_REQUEST with every field that is not valid.
 */
export function readExchange(request: ExchangeUserInfoRequest): ExchangeUserInfoRequest {
  const fields = createFieldValidator();
  const exchangeTicket = fields.requireText(
    "exchange_ticket",
    request.exchangeTicket,
    fieldLimits.exchangeTicket,
  );
  const codeVerifier = fields.limitText("code_verifier", request.codeVerifier, fieldLimits.codeVerifier);
  fields.throwIfInvalid();
  return { exchangeTicket, codeVerifier };
}

function readCustomData(
  customData: CreateTicketRequest["customData"],
  maxBytes: number,
  fields: FieldValidator,
): string | undefined {
  if (!customData || Object.keys(customData).length === 0) return undefined;
  // The limit applies to the JSON in the QR code, since a long text makes the code hard to scan. ASCII text
  // has as many bytes as characters.
  const json = toAsciiJson(JSON.stringify(customData));
  if (json.length > maxBytes) addSizeViolation(fields, maxBytes);
  return json;
}

function readTtl(ttl: Duration | undefined, fields: FieldValidator): number | undefined {
  if (!ttl) return undefined;
  const { seconds, nanos } = ttl;
  if (Math.abs(seconds) > maxDurationSeconds || Math.abs(nanos) > 999_999_999 || seconds * nanos < 0)
    fields.addViolation(
      "ttl",
      "must be a valid google.protobuf.Duration: seconds and nanos in range and of the same sign",
    );
  else if (seconds + nanos <= 0) fields.addViolation("ttl", "must be greater than zero");
  // Rounded up, so that a fraction of a millisecond does not become zero.
  return Math.ceil(seconds * 1_000 + nanos / 1_000_000);
}

const imageFormats = new Map<QrImageFormat, ImageOptions["format"]>([
  [QrImageFormat.SVG, "SVG"],
  [QrImageFormat.PNG, "PNG"],
]);

const errorCorrections = new Map<QrErrorCorrection, ImageOptions["errorCorrection"]>([
  [QrErrorCorrection.UNSPECIFIED, "M"],
  [QrErrorCorrection.L, "L"],
  [QrErrorCorrection.M, "M"],
  [QrErrorCorrection.Q, "Q"],
  [QrErrorCorrection.H, "H"],
]);

function readImageOptions(options: QrImageOptions, fields: FieldValidator): ImageOptions {
  const { imageSize, imageMargin } = fieldLimits;
  const format = imageFormats.get(options.format);
  if (!format) fields.addViolation("qr_image.format", "must be SVG or PNG");
  const errorCorrection = errorCorrections.get(options.errorCorrection);
  if (!errorCorrection) fields.addViolation("qr_image.error_correction", "must be L, M, Q or H");
  const size = options.size || undefined;
  if (size !== undefined && (size < imageSize.min || size > imageSize.max)) {
    fields.addViolation("qr_image.size", `must be ${imageSize.min} to ${imageSize.max} pixels`);
  }
  const margin = options.margin ?? imageMargin.default;
  if (margin > imageMargin.max)
    fields.addViolation("qr_image.margin", `must be at most ${imageMargin.max} modules`);
  return { format: format ?? "SVG", size, margin, errorCorrection: errorCorrection ?? "M" };
}
