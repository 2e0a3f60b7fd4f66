import * as z from "zod";
import { isLoopbackUrl, parseAddress } from "../../base/address.js";
import { describeKnownDigest, isKnownSecret } from "../known_secrets.js";
import { describePattern } from "../secret_patterns.js";

const unitInMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of `500ms`, `30s`, `5m` or `12h`; undefined if the text has another form. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?<count>\d{1,9})(?<unit>ms|s|m|h)$/.exec(text)?.groups;
  const unit = unitInMs[parts?.unit ?? ""];
  return unit === undefined ? undefined : Number(parts?.count) * unit;
}

/** A duration as text, read into milliseconds, between two durations in the same form. */
export function duration(min: string, max: string) {
  const format = "must be a duration with its unit, such as 500ms, 30s, 5m or 12h";
  const [minMs, maxMs] = [parseDuration(min), parseDuration(max)];
  if (minMs === undefined || maxMs === undefined) throw new Error("limits of a duration are durations");
  return z.string({ error: format }).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
    context.addIssue({ code: "custom", message: ms === undefined ? format : `must be ${min} to ${max}` });
    return z.NEVER;
  });
}

/** A whole number between two others. */
export function integer(min: number, max: number) {
  const range = `must be ${min} to ${max}`;
  return z.int().min(min, { error: range }).max(max, { error: range });
}

/**
 * A text of a form of its own. What is no text, such as a number, is told the form: to put it in quotes would not do.
 */
export function formattedText(format: string) {
  return z.string({ error: ({ input }) => (input === undefined ? "is missing" : format) });
}

/** Text that is not empty. */
export const nonEmptyText = z.string().min(1, { error: "must not be empty" });

/** The id of an app or a user pool. No colon, since that ends the user name of Basic authentication. */
export const id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, {
  error: "must be 1 to 64 of letters, digits, dot, underscore and hyphen",
});

const addressFormat = "must be HOST:PORT or [IPV6]:PORT with a port from 0 to 65535, such as 127.0.0.1:50051";

/** `HOST:PORT` or `[IPV6]:PORT`. */
export const address = formattedText(addressFormat).refine((value) => parseAddress(value) !== undefined, {
  error: addressFormat,
});

/** The PEM files of a certificate chain and its private key. */
export const tlsFiles = z.strictObject({ certFile: nonEmptyText, keyFile: nonEmptyText });

export const placeholderMessage =
  "holds a placeholder: write the whole URL, with your own value in its place";

/** Returns whether braces or angle brackets stand where a value should, as in documents of identity providers. */
export const hasPlaceholder = (value: string) => /[{}<>]|%7[bd]/i.test(value);

const secureUrlFormat = "must be an https URL (http on loopback only) without user name and password";

/** An address that keys or claims are fetched from: nobody on the way may change them. */
export const secureUrl = formattedText(secureUrlFormat).superRefine((value, context) => {
  if (isSecureUrl(value) && !hasPlaceholder(value)) return;
  context.addIssue({ code: "custom", message: isSecureUrl(value) ? placeholderMessage : secureUrlFormat });
});

const poolIssuerFormat =
  "must be the issuer whole, exactly as tokens name it in iss: a URL such as https://id.example.com/, without query and fragment";

/** The issuer of a pool's tokens: an https or http URL, or a URN. It is compared and not fetched. */
export const poolIssuer = nonEmptyText
  .refine((value) => !hasPlaceholder(value), { error: placeholderMessage, abort: true })
  .refine(isIssuer, { error: poolIssuerFormat });

function isIssuer(value: string): boolean {
  if (!/^(https?:\/\/|urn:)[^\s?#]+$/.test(value)) return false;
  const url = parseUrl(value);
  return url !== undefined && url.username === "" && url.password === "";
}

function isSecureUrl(value: string): boolean {
  const url = parseUrl(value);
  if (!url) return false;
  // fetch refuses credentials in a URL, but only when the first user has scanned.
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackUrl(url));
}

/** A picture that a phone can show: https, http or `data:image/`; empty if there is none. */
export const imageUrl = z
  .string()
  .max(16_384, { error: "must be at most 16384 characters" })
  .refine((value) => value === "" || isImageUrl(value), {
    error: "must be an https or http URL, or a data URL of an image",
  });

function isImageUrl(value: string): boolean {
  const url = parseUrl(value);
  if (url?.protocol === "data:") return /^image\//i.test(url.pathname);
  return url?.protocol === "https:" || url?.protocol === "http:";
}

/** The URL that a text is, if it is one. */
export function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

const sha256Format =
  "must be the SHA-256 of a secret, 64 hexadecimal digits, and not the secret itself: npm run --silent qrlogin -- app-secret " +
  "makes both, and printf '%s' 'THE SECRET' | sha256sum makes the digest of one that you have";

/** A SHA-256 as 64 hexadecimal digits, made lower-case. */
export const sha256 = formattedText(sha256Format)
  .regex(/^[0-9a-f]{64}$/i, { error: sha256Format })
  .transform((digits) => digits.toLowerCase())
  .superRefine((digits, context) => {
    const known = describeKnownDigest(digits);
    if (known !== undefined) context.addIssue({ code: "custom", message: `is the SHA-256 of ${known}` });
  });

/** A secret that signs tokens: 32 bytes of UTF-8 or more, and nothing that shows that it was not drawn at random. */
export const sharedSecret = z
  .string()
  .refine((secret) => Buffer.byteLength(secret) >= 32, { error: "must have at least 32 bytes", abort: true })
  .superRefine((secret, context) => {
    const pattern = isKnownSecret(secret)
      ? "is one that everybody knows"
      : describePattern(Buffer.from(secret));
    if (pattern === undefined) return;
    const message = `must be random, and this one ${pattern}: openssl rand -base64 32 makes one`;
    context.addIssue({ code: "custom", message });
  });

/** A list that is not empty, or its only entry by itself. */
export function oneOrMore<T extends z.ZodType>(entry: T) {
  const list = z.array(entry).min(1, { error: "must not be empty" });
  return z.preprocess((value) => (typeof value === "string" ? [value] : value), list);
}
