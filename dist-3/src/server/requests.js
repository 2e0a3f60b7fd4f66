import { QrErrorCorrection, QrImageFormat, } from "../../gen/qrlogin/v1/qr_login_service.js";
import { isCanonicalBase64url } from "../domain/secrets.js";
import { asciiJson, readContent } from "../qr/content.js";
import { violateSize } from "./custom_data.js";
import { createFields } from "./decode.js";
import { readContextSource, readRequester } from "./requester.js";
/** Limits of fields, as the proto's comments state them. */
const limits = {
    ticketId: 64,
    ticketSecret: 128,
    exchangeTicket: 256,
    codeVerifier: 128,
    /** Of google.protobuf.Duration, on both sides of zero: 10,000 years. */
    durationSeconds: 315_576_000_000,
    imageSize: { min: 64, max: 1_024 },
    imageMargin: { max: 16, default: 4 },
};
const scenePattern = /^[A-Z][A-Z0-9_]{0,31}$/;
const defaultScene = "APP_AUTH";
/** Reads CreateTicket. Refuses with INVALID_REQUEST and every field that is at fault. */
export function readCreateTicket(request, maxCustomDataBytes) {
    const fields = createFields();
    const scene = request.scene || defaultScene;
    if (!scenePattern.test(scene))
        fields.violate("scene", "must be 1 to 32 of A-Z, 0-9 and _, a letter first");
    const codeChallenge = request.codeChallenge || undefined;
    if (codeChallenge !== undefined && !isCanonicalBase64url(codeChallenge, 32)) {
        fields.violate("code_challenge", "must be a SHA-256 as 43 characters of base64url");
    }
    const customData = customDataOf(request.customData, maxCustomDataBytes, fields);
    const customDataSource = readContextSource("custom_data_source", request.customDataSource, fields);
    const wish = {
        scene,
        customData,
        customDataSource: customData === undefined ? undefined : customDataSource,
        ttl: ttlOf(request.ttl, fields),
        requester: readRequester(request.requester, fields),
        codeChallenge,
    };
    const image = request.qrImage && imageOf(request.qrImage, fields);
    fields.check();
    return { wish, image };
}
/** Reads what proves the right to follow a ticket. */
export function readProof(request) {
    const fields = createFields();
    const ticketId = fields.required("ticket_id", request.ticketId, limits.ticketId);
    const ticketSecret = fields.required("ticket_secret", request.ticketSecret, limits.ticketSecret);
    fields.check();
    return { ticketId, ticketSecret };
}
/** Reads a request that names a ticket and nothing else. */
export function readTicketId(request) {
    const fields = createFields();
    const ticketId = fields.required("ticket_id", request.ticketId, limits.ticketId);
    fields.check();
    return ticketId;
}
/** Reads MarkScanned. Refuses with INVALID_REQUEST, or QR_CONTENT_INVALID where the text is not one of our codes. */
export function readMarkScanned({ scanned }) {
    if (scanned?.$case === "qrContent" && scanned.value !== "")
        return readContent(scanned.value);
    const fields = createFields();
    const ticketId = scanned?.$case === "ticketId" ? fields.required("ticket_id", scanned.value, limits.ticketId) : undefined;
    if (ticketId === undefined)
        fields.violate("qr_content", "is required, or ticket_id");
    fields.check();
    return { ticketId: ticketId ?? "", scene: undefined, userPoolId: undefined };
}
/** Reads ExchangeUserInfo. Whether the texts are right is for the ticket to tell. */
export function readExchange(request) {
    const fields = createFields();
    const exchangeTicket = fields.required("exchange_ticket", request.exchangeTicket, limits.exchangeTicket);
    const codeVerifier = fields.optional("code_verifier", request.codeVerifier, limits.codeVerifier);
    fields.check();
    return { exchangeTicket, codeVerifier };
}
function customDataOf(customData, maxBytes, fields) {
    if (!customData || Object.keys(customData).length === 0)
        return undefined;
    // What is drawn, since that is what makes a code hard to scan. ASCII has as many bytes as characters.
    const json = asciiJson(JSON.stringify(customData));
    if (json.length > maxBytes)
        violateSize(fields, maxBytes);
    return json;
}
function ttlOf(ttl, fields) {
    if (!ttl)
        return undefined;
    const { seconds, nanos } = ttl;
    if (Math.abs(seconds) > limits.durationSeconds || Math.abs(nanos) > 999_999_999 || seconds * nanos < 0)
        fields.violate("ttl", "is not a google.protobuf.Duration: out of range, or of two signs");
    else if (seconds + nanos <= 0)
        fields.violate("ttl", "must be above zero");
    // Upwards, so that a part of a millisecond is a short wish and not none.
    return Math.ceil(seconds * 1_000 + nanos / 1_000_000);
}
const imageFormats = new Map([
    [QrImageFormat.SVG, "SVG"],
    [QrImageFormat.PNG, "PNG"],
]);
const errorCorrections = new Map([
    [QrErrorCorrection.UNSPECIFIED, "M"],
    [QrErrorCorrection.L, "L"],
    [QrErrorCorrection.M, "M"],
    [QrErrorCorrection.Q, "Q"],
    [QrErrorCorrection.H, "H"],
]);
function imageOf(options, fields) {
    const { imageSize, imageMargin } = limits;
    const format = imageFormats.get(options.format);
    if (!format)
        fields.violate("qr_image.format", "must be SVG or PNG");
    const errorCorrection = errorCorrections.get(options.errorCorrection);
    if (!errorCorrection)
        fields.violate("qr_image.error_correction", "must be L, M, Q or H");
    const size = options.size || undefined;
    if (size !== undefined && (size < imageSize.min || size > imageSize.max)) {
        fields.violate("qr_image.size", `must be ${imageSize.min} to ${imageSize.max} pixels`);
    }
    const margin = options.margin ?? imageMargin.default;
    if (margin > imageMargin.max)
        fields.violate("qr_image.margin", `must be at most ${imageMargin.max} modules`);
    return { format: format ?? "SVG", size, margin, errorCorrection: errorCorrection ?? "M" };
}
