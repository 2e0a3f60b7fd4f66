import * as z from "zod";
import { isLoopback, parseAddress } from "./address.js";
import { isKnownSecret, knownSecretOf } from "./known_secrets.js";
import { patternIn } from "./randomness.js";
const unitInMs = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };
/** The milliseconds of `500ms`, `30s`, `5m` or `12h`; undefined if the text has another form. */
export function parseDuration(text) {
    const parts = /^(?<count>\d{1,9})(?<unit>ms|s|m|h)$/.exec(text)?.groups;
    const unit = unitInMs[parts?.unit ?? ""];
    return unit === undefined ? undefined : Number(parts?.count) * unit;
}
/** A duration as text, read into milliseconds, between two durations in the same form. */
export function duration(min, max) {
    const form = "must be a duration with its unit, such as 500ms, 30s, 5m or 12h";
    const [least, most] = [parseDuration(min), parseDuration(max)];
    if (least === undefined || most === undefined)
        throw new Error("limits of a duration are durations");
    return z.string({ error: form }).transform((text, context) => {
        const ms = parseDuration(text);
        if (ms !== undefined && ms >= least && ms <= most)
            return ms;
        context.addIssue({ code: "custom", message: ms === undefined ? form : `must be ${min} to ${max}` });
        return z.NEVER;
    });
}
/** A whole number between two others. */
export function count(min, max) {
    const range = `must be ${min} to ${max}`;
    return z.int().min(min, { error: range }).max(max, { error: range });
}
/**
 * A text of a form of its own. What is no text, such as a number, is told the form: to put it in quotes would not do.
 */
export function formText(form) {
    return z.string({ error: ({ input }) => (input === undefined ? "is missing" : form) });
}
/** Text that is not empty. */
export const text = z.string().min(1, { error: "must not be empty" });
/** The id of an app or a user pool. No colon, since that ends the user name of Basic authentication. */
export const id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, {
    error: "must be 1 to 64 of letters, digits, dot, underscore and hyphen",
});
const addressForm = "must be HOST:PORT or [IPV6]:PORT with a port from 0 to 65535, such as 127.0.0.1:50051";
/** `HOST:PORT` or `[IPV6]:PORT`. */
export const address = formText(addressForm).refine((value) => parseAddress(value) !== undefined, {
    error: addressForm,
});
/** The PEM files of a certificate chain and its private key. */
export const certificateFiles = z.strictObject({ certFile: text, keyFile: text });
export const placeholderText = "holds a placeholder: write the whole URL, with your own value in its place";
/** Returns whether braces or angle brackets stand where a value should, as in documents of identity providers. */
export const hasPlaceholder = (value) => /[{}<>]|%7[bd]/i.test(value);
const trustedUrlForm = "must be an https URL (http on loopback only) without user name and password";
/** An address that keys or claims are fetched from: nobody on the way may change them. */
export const trustedUrl = formText(trustedUrlForm).superRefine((value, context) => {
    if (isTrustedUrl(value) && !hasPlaceholder(value))
        return;
    context.addIssue({ code: "custom", message: isTrustedUrl(value) ? placeholderText : trustedUrlForm });
});
const poolIssuerForm = "must be the issuer whole, exactly as tokens name it in iss: a URL such as https://id.example.com/, without query and fragment";
/** The issuer of a pool's tokens: an https or http URL, or a URN. It is compared and not fetched. */
export const poolIssuer = text
    .refine((value) => !hasPlaceholder(value), { error: placeholderText, abort: true })
    .refine(isIssuer, { error: poolIssuerForm });
function isIssuer(value) {
    if (!/^(https?:\/\/|urn:)[^\s?#]+$/.test(value))
        return false;
    const url = urlOf(value);
    return url !== undefined && url.username === "" && url.password === "";
}
function isTrustedUrl(value) {
    const url = urlOf(value);
    if (!url)
        return false;
    // fetch refuses credentials in a URL, but only when the first user has scanned.
    if (url.username !== "" || url.password !== "")
        return false;
    return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackUrl(url));
}
/** Whether a URL leads to this machine. */
export function isLoopbackUrl(url) {
    return isLoopback(url.hostname.replace(/^\[|\]$/g, ""));
}
/** A picture that a phone can show: https, http or `data:image/`; empty if there is none. */
export const pictureUrl = z
    .string()
    .max(16_384, { error: "must be at most 16384 characters" })
    .refine((value) => value === "" || isPictureUrl(value), {
    error: "must be an https or http URL, or a data URL of an image",
});
function isPictureUrl(value) {
    const url = urlOf(value);
    if (url?.protocol === "data:")
        return /^image\//i.test(url.pathname);
    return url?.protocol === "https:" || url?.protocol === "http:";
}
/** The URL that a text is, if it is one. */
export function urlOf(value) {
    return URL.canParse(value) ? new URL(value) : undefined;
}
const sha256Form = "must be the SHA-256 of a secret, 64 hexadecimal digits, and not the secret itself: npm run --silent qrlogin -- app-secret " +
    "makes both, and printf '%s' 'THE SECRET' | sha256sum makes the digest of one that you have";
/** A SHA-256 as 64 hexadecimal digits, made lower-case. */
export const sha256 = formText(sha256Form)
    .regex(/^[0-9a-f]{64}$/i, { error: sha256Form })
    .transform((digits) => digits.toLowerCase())
    .superRefine((digits, context) => {
    const known = knownSecretOf(digits);
    if (known !== undefined)
        context.addIssue({ code: "custom", message: `is the SHA-256 of ${known}` });
});
/** A secret that signs tokens: 32 bytes of UTF-8 or more, and nothing that shows that it was not drawn at random. */
export const sharedSecret = z
    .string()
    .refine((secret) => Buffer.byteLength(secret) >= 32, { error: "must have at least 32 bytes", abort: true })
    .superRefine((secret, context) => {
    const pattern = isKnownSecret(secret) ? "is one that everybody knows" : patternIn(Buffer.from(secret));
    if (pattern === undefined)
        return;
    const message = `must be random, and this one ${pattern}: openssl rand -base64 32 makes one`;
    context.addIssue({ code: "custom", message });
});
/** A list that is not empty, or its only entry by itself. */
export function oneOrMore(entry) {
    const list = z.array(entry).min(1, { error: "must not be empty" });
    return z.preprocess((value) => (typeof value === "string" ? [value] : value), list);
}
