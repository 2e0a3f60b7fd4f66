import * as z from "zod";
import { isLoopbackUrl, parseAddress } from "../../base/address.js";
import { describeLogoProblem, maxAppNameLength } from "../../base/app_display.js";
import { ownCommand } from "../../base/own_command.js";
import { defaultTlsVersion } from "../../base/tls_protocol.js";
import { describeKnownDigest, isKnownSecret } from "../known_secrets.js";
import { describePattern } from "../secret_patterns.js";

const unitInMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** Returns the milliseconds of `500ms`, `30s`, `5m` or `12h`; undefined if the text has another format. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?<count>\d{1,9})(?<unit>ms|s|m|h)$/.exec(text)?.groups;
  const unit = unitInMs[parts?.unit ?? ""];
  return unit === undefined ? undefined : Number(parts?.count) * unit;
}

/** Returns the milliseconds as a text such as `500ms`, `30s` or `5m`, with the largest unit that fits exactly. */
export function formatDuration(ms: number): string {
  const [unit, size] = Object.entries(unitInMs).findLast(([, each]) => ms > 0 && ms % each === 0) ?? ["s", 1];
  return `${ms / size}${unit}`;
}

/** Returns the schema of a duration between two others. Parses text to milliseconds. */
export function duration(min: string, max: string) {
  const format =
    "must be a duration with its unit, such as 500ms, 30s, 5m or 12h: a whole number, then ms, s, m or h, without a space";
  const [minMs, maxMs] = [parseDuration(min), parseDuration(max)];
  if (minMs === undefined || maxMs === undefined)
    throw new Error("the limits of a duration must be durations");
  return z
    .string({ error: format })
    .transform((text, context) => {
      const ms = parseDuration(text);
      if (ms !== undefined && ms >= minMs && ms <= maxMs) return ms;
      const message = ms === undefined ? `${format}${suggestDuration(text)}` : `must be ${min} to ${max}`;
      context.addIssue({ code: "custom", message });
      return z.NEVER;
    })
    .meta({ limits: `${min} to ${max}`, pattern: "^\\d{1,9}(ms|s|m|h)$" });
}

/** Units as people write them, by their first letters, in milliseconds. */
const looseUnits =
  /(?<count>\d{1,9}(?:\.\d{1,3})?)\s*(?<unit>ms|milli[a-z]*|h[a-z]*|m[a-z]*|s[a-z]*|d[a-z]*)\s*/gi;

/** Returns what a duration in another form is here, as the end of a sentence; empty if it cannot be told. */
function suggestDuration(text: string): string {
  const parts = [...text.replace(/^P?T?/i, "").matchAll(looseUnits)];
  const isComplete = parts.map(([part]) => part).join("") === text.replace(/^P?T?/i, "");
  if (parts.length === 0 || !isComplete) return "";
  const ms = parts.reduce(
    (sum, { groups }) => sum + Number(groups?.count) * sizeOfUnit(groups?.unit ?? ""),
    0,
  );
  return Number.isSafeInteger(ms) && ms > 0 ? `; here that is ${formatDuration(ms)}` : "";
}

function sizeOfUnit(unit: string): number {
  const word = unit.toLowerCase();
  if (word === "ms" || word.startsWith("milli")) return 1;
  return word.startsWith("d") ? 86_400_000 : (unitInMs[word.charAt(0)] ?? Number.NaN);
}

/** Returns the schema of whole milliseconds between two durations. */
export function milliseconds(min: string, max: string) {
  const [minMs = 0, maxMs = 0] = [parseDuration(min), parseDuration(max)];
  const range = `must be ${minMs} to ${maxMs} milliseconds (${min} to ${max})`;
  return z.int().min(minMs, { error: range }).max(maxMs, { error: range });
}

/** Returns the schema of an integer between two others. */
export function integer(min: number, max: number) {
  const range = `must be ${min} to ${max}`;
  return z.int().min(min, { error: range }).max(max, { error: range });
}

/**
 * Returns the schema of a text with a format. A value of another type, for instance a number, gets the format
 * as its message: quoting the value would not make it valid.
 */
export function formattedText(format: string) {
  return z.string({ error: ({ input }) => (input === undefined ? "is missing" : format) });
}

/** Text that is not empty. */
export const nonEmptyText = z.string().min(1, { error: "must not be empty" }).meta({ limits: "not empty" });

/** Id of an app or a user pool. No colon, which ends the user name in Basic authentication. */
export const id = z
  .string()
  .regex(/^[A-Za-z0-9._-]{1,64}$/, {
    error: "must be 1 to 64 letters, digits, dots, underscores or hyphens",
  })
  .meta({ limits: "id" });

const addressFormat = "must be HOST:PORT or [IPV6]:PORT with a port from 0 to 65535, such as 127.0.0.1:50051";

/** `HOST:PORT` or `[IPV6]:PORT`. */
export const address = formattedText(addressFormat)
  .meta({ limits: "address", pattern: ":\\d{1,5}$" })
  .refine((value) => parseAddress(value) !== undefined, {
    error: ({ input }) => `${addressFormat}${describeAddressMistake(String(input))}`,
  });

/** Returns what to change in a text that is no address, as the end of a sentence; empty if it cannot be told. */
function describeAddressMistake(text: string): string {
  if (text.includes("://")) return ", without a scheme such as http://";
  if (/\d[,;\s]/.test(text)) return "; several addresses are a list: [HOST:PORT, HOST:PORT]";
  if (/^:\d+$/.test(text)) return "; all addresses of this machine are 0.0.0.0:PORT, or [::]:PORT with IPv6";
  return text.split(":").length > 2 ? "; an IPv6 address needs brackets" : "";
}

/** Address to connect to: like `address`, but without port 0. */
export const remoteAddress = address
  .refine((value) => parseAddress(value)?.port !== 0, {
    error: "must have a port from 1 to 65535",
  })
  .meta({ limits: "address, not port 0" });

/** Settings of a server's TLS: PEM files of a certificate chain and its private key, and the oldest version. */
export const serverTlsSettings = {
  certFile: nonEmptyText.describe(
    "Certificate chain. Together with `keyFile` it turns TLS on; both are needed.",
  ),
  keyFile: nonEmptyText.describe("Private key of the certificate."),
  minVersion: z
    .enum(["TLSv1.3", "TLSv1.2"])
    .default(defaultTlsVersion)
    .describe(
      "Oldest version of TLS that is accepted. With `TLSv1.2`, only the suites of TLS 1.2 that HTTP/2 allows; see " +
        "[tls.md](tls.md#versions-and-suites).",
    ),
};

const certificateNameFormat =
  "must be a URI such as spiffe://example.com/shop, or a DNS name such as shop.internal without a wildcard";

/** Name in a client certificate that stands for an app: a URI, or a DNS name in lower case. */
export const certificateName = formattedText(certificateNameFormat)
  .regex(/^([a-z][a-z0-9+.-]*:\/\/[^\s",\\\p{C}]{1,1024}|[a-z0-9_-]+(\.[a-z0-9_-]+)*)$/iu, {
    error: certificateNameFormat,
  })
  .transform((name) => (name.includes("://") ? name : name.toLowerCase()));

export const placeholderMessage = "contains a placeholder: replace it with your own value";

/**
 * Returns whether a text contains braces or angle brackets in place of a value, as in documents of identity
 * providers.
 */
export const hasPlaceholder = (value: string) => /[{}<>]|%7[bd]/i.test(value);

const secureUrlFormat = "must be an https URL (http on loopback only) without user name and password";

/** URL from which keys or claims are fetched, protected against tampering on the way. */
export const secureUrl = formattedText(secureUrlFormat)
  .meta({ limits: "https, or http on loopback", pattern: "^https?://" })
  .superRefine((value, context) => {
    if (isSecureUrl(value) && !hasPlaceholder(value)) return;
    context.addIssue({ code: "custom", message: isSecureUrl(value) ? placeholderMessage : secureUrlFormat });
  });

const poolIssuerFormat =
  "must be the complete issuer, exactly as in the claim iss: " +
  "a URL such as https://id.example.com/, without query and fragment";

/** Issuer of a pool's tokens: an https or http URL, or a URN. It is only compared, never fetched. */
export const poolIssuer = formattedText(poolIssuerFormat)
  .meta({
    limits: "an https or http URL, or a URN, without placeholders",
    pattern: "^(https?://|urn:)[^\\s?#{}<>]+$",
  })
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
  // fetch rejects credentials in a URL too, but only when the first user has scanned.
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackUrl(url));
}

/** URL of a JSON Web Key Set. Rejects the discovery document, which only names it. */
export const jwksUrl = secureUrl.refine(
  (value) => !/\/\.well-known\/(openid-configuration|oauth-)/.test(value),
  {
    error:
      "is the discovery document of the issuer, not its keys: open it, and write the value of its jwks_uri",
  },
);

/** Name of an app, for people. */
export const appName = nonEmptyText
  .max(maxAppNameLength, {
    error: `must be at most ${maxAppNameLength} characters`,
  })
  .meta({ limits: `1 to ${maxAppNameLength} characters` });

/** Image that pages show as the logo of an app. */
export const logo = z
  .string()
  .meta({
    limits:
      "an https URL (http on loopback only), a path of the gateway's own origin, or a data URL of an image; at most " +
      "4,096 characters",
  })
  .superRefine((value, context) => {
    const message = describeLogoProblem(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

/** An image that a phone can show: an https, http or `data:image/` URL, or empty for none. */
export const imageUrl = z
  .string()
  .max(16_384, { error: "must be at most 16384 characters" })
  .meta({ limits: "https, http or an image as data URL, up to 16384 characters" })
  .refine((value) => value === "" || isImageUrl(value), {
    error: "must be an https or http URL, or a data URL of an image",
  });

function isImageUrl(value: string): boolean {
  const url = parseUrl(value);
  if (url?.protocol === "data:") return /^image\//i.test(url.pathname);
  return url?.protocol === "https:" || url?.protocol === "http:";
}

/** Returns the URL, or undefined if the text is not one. */
export function parseUrl(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

const sha256Format =
  "must be the SHA-256 of a secret (64 hexadecimal digits) and not the secret itself: " +
  `${ownCommand("app-secret")} creates both; ` +
  "printf '%s' 'THE SECRET' | sha256sum creates the digest of an existing one";

function describeDigestMistake(text: string): string {
  if (/^sha-?256[:=-]/i.test(text)) return `${sha256Format}; remove the name of the algorithm before it`;
  return /^[A-Za-z0-9+/_-]{43}=?$/.test(text)
    ? `${sha256Format}; one in base64 can be converted with base64 -d | od -An -v -tx1 | tr -d ' \\n'`
    : sha256Format;
}

/** SHA-256 as 64 hexadecimal digits, converted to lower case. */
export const sha256 = formattedText(sha256Format)
  .meta({ limits: "64 hexadecimal digits", pattern: "^[0-9A-Fa-f]{64}$" })
  .regex(/^[0-9a-f]{64}$/i, { error: ({ input }) => describeDigestMistake(String(input)), abort: true })
  .transform((digits) => digits.toLowerCase())
  .superRefine((digits, context) => {
    const known = describeKnownDigest(digits);
    if (known === undefined) return;
    const message = `is the SHA-256 of ${known}: ${ownCommand("app-secret")} creates a new secret with its digest`;
    context.addIssue({ code: "custom", message });
  });

/** Secret that signs tokens: at least 32 bytes of UTF-8, without patterns that random bytes do not have. */
export const sharedSecret = z
  .string()
  .meta({ limits: "32 bytes or more" })
  .refine((secret) => Buffer.byteLength(secret) >= 32, { error: "must have at least 32 bytes", abort: true })
  .superRefine((secret, context) => {
    const pattern = isKnownSecret(secret) ? "is publicly known" : describePattern(Buffer.from(secret));
    if (pattern === undefined) return;
    const message = `must be random, but this one ${pattern}: create one with openssl rand -base64 32`;
    context.addIssue({ code: "custom", message });
  });

/** Returns the schema of a non-empty list, or of its only entry by itself. */
export function oneOrMore<T extends z.ZodType>(entry: T) {
  const list = z.array(entry).min(1, { error: "must not be empty" });
  return z.preprocess((value) => (typeof value === "string" ? [value] : value), list);
}

/** Returns whether every percent sign is part of a valid escape. */
export function isDecodable(text: string): boolean {
  try {
    decodeURIComponent(text);
    return true;
  } catch {
    return false;
  }
}
