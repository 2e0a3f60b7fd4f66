import * as z from "zod";
import { isLoopback, parseAddress } from "./address.js";

const unitInMs: Readonly<Record<string, number>> = { ms: 1, s: 1000, m: 60_000, h: 3_600_000 };

/** The milliseconds of `500ms`, `30s`, `5m` or `12h`; undefined if the text has another form. */
export function parseDuration(text: string): number | undefined {
  const parts = /^(?<count>\d{1,9})(?<unit>ms|s|m|h)$/.exec(text)?.groups;
  const unit = unitInMs[parts?.unit ?? ""];
  return unit === undefined ? undefined : Number(parts?.count) * unit;
}

/** A duration as text, read into milliseconds, between two durations in the same form. */
export function duration(min: string, max: string) {
  const form = "must be a duration with its unit, such as 500ms, 30s, 5m or 12h";
  const [least, most] = [parseDuration(min), parseDuration(max)];
  if (least === undefined || most === undefined) throw new Error("limits of a duration are durations");
  return z.string({ error: form }).transform((text, context) => {
    const ms = parseDuration(text);
    if (ms !== undefined && ms >= least && ms <= most) return ms;
    context.addIssue({ code: "custom", message: ms === undefined ? form : `must be ${min} to ${max}` });
    return z.NEVER;
  });
}

/** A whole number between two others. */
export function count(min: number, max: number) {
  const range = `must be ${min} to ${max}`;
  return z.int().min(min, { error: range }).max(max, { error: range });
}

/** Text that is not empty. */
export const text = z.string().min(1, { error: "must not be empty" });

/** The id of an app or a user pool. No colon, since that ends the user name of Basic authentication. */
export const id = z.string().regex(/^[A-Za-z0-9._-]{1,64}$/, {
  error: "must be 1 to 64 of letters, digits, dot, underscore and hyphen",
});

/** `HOST:PORT` or `[IPV6]:PORT`. */
export const address = z.string().refine((value) => parseAddress(value) !== undefined, {
  error: "must be HOST:PORT or [IPV6]:PORT with a port from 0 to 65535, such as 127.0.0.1:50051",
});

/** The PEM files of a certificate chain and its private key. */
export const certificateFiles = z.strictObject({ certFile: text, keyFile: text });

/** An address that keys or claims are fetched from: nobody on the way may change them. */
export const trustedUrl = z.string().refine(isTrustedUrl, {
  error: "must be an https URL (http on loopback only) without user name and password",
});

function isTrustedUrl(value: string): boolean {
  const url = urlOf(value);
  if (!url) return false;
  // fetch refuses credentials in a URL, but only when the first user has scanned.
  if (url.username !== "" || url.password !== "") return false;
  return url.protocol === "https:" || (url.protocol === "http:" && isLoopbackUrl(url));
}

/** Whether a URL leads to this machine. */
export function isLoopbackUrl(url: URL): boolean {
  return isLoopback(url.hostname.replace(/^\[|\]$/g, ""));
}

/** A picture that a phone can show: https, http or `data:image/`; empty if there is none. */
export const pictureUrl = z
  .string()
  .max(16_384, { error: "must be at most 16384 characters" })
  .refine((value) => value === "" || isPictureUrl(value), {
    error: "must be an https or http URL, or a data URL of an image",
  });

function isPictureUrl(value: string): boolean {
  const url = urlOf(value);
  if (url?.protocol === "data:") return /^image\//i.test(url.pathname);
  return url?.protocol === "https:" || url?.protocol === "http:";
}

/** The URL that a text is, if it is one. */
export function urlOf(value: string): URL | undefined {
  return URL.canParse(value) ? new URL(value) : undefined;
}

const digestOfNothing = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/** A SHA-256 as 64 hexadecimal digits, made lower-case. */
export const sha256 = z
  .string()
  .regex(/^[0-9a-f]{64}$/i, { error: "must be a SHA-256: 64 hexadecimal digits" })
  .transform((digits) => digits.toLowerCase())
  // What a script computes whose variable is unset: everybody would know the secret.
  .refine((digits) => digits !== digestOfNothing, { error: "is the SHA-256 of an empty secret" });

/** A list that is not empty, or its only entry by itself. */
export function oneOrMore<T extends z.ZodType>(entry: T) {
  const list = z.array(entry).min(1, { error: "must not be empty" });
  return z.preprocess((value) => (typeof value === "string" ? [value] : value), list);
}
