/** An app id and an app secret from an `authorization` header. */
export interface BasicCredentials {
  readonly id: string;
  readonly secret: string;
  /** The same pair after form decoding (RFC 6749). A text that is not form-encoded is unchanged. */
  readonly formDecoded: { readonly id: string; readonly secret: string };
}

const basicPattern = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

const utf8Decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/**
 * Parses a Basic `authorization` value (RFC 7617) in its canonical form: padded base64 of UTF-8. Returns a
 * `failure` for any other value; its text never quotes the value.
 *
 * OAuth clients form-encode the id and the secret first (RFC 6749, section 2.3.1), so `+` and `%` have two
 * readings. Returns both. Compare the literal one first.
 */
export function parseBasicCredentials(value: string): BasicCredentials | { readonly failure: string } {
  const read = decodeBasic(value);
  if ("failure" in read) return read;
  const { text, colon } = read;
  if (colon < 1 || colon === text.length - 1) return { failure: "the credential is not app_id:app_secret" };
  const [id, secret] = [text.slice(0, colon), text.slice(colon + 1)];
  return { id, secret, formDecoded: { id: decodeForm(id), secret: decodeForm(secret) } };
}

/**
 * Returns the id in the only value of `authorization`, which may have no secret (`id:`), or undefined if there is none.
 */
export function readBasicId([value, ...more]: readonly string[]): string | undefined {
  if (value === undefined || more.length > 0) return undefined;
  const read = decodeBasic(value);
  return "failure" in read || read.colon < 1 ? undefined : read.text.slice(0, read.colon);
}

/** Returns the text of a Basic `authorization` value, and the position of its first colon. */
function decodeBasic(
  value: string,
): { readonly text: string; readonly colon: number } | { readonly failure: string } {
  const encoded = basicPattern.exec(value)?.[1];
  if (encoded === undefined) return { failure: "the authorization value is not Basic and base64" };
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded) return { failure: "the base64 is not canonical with padding" };
  const text = decodeUtf8(bytes);
  if (text === undefined) return { failure: "the credential is not UTF-8" };
  return { text, colon: text.indexOf(":") };
}

/** Returns the value of `authorization` for an id and a secret. The id must have no colon. */
export function formatBasicCredentials(id: string, secret: string): string {
  return `Basic ${Buffer.from(`${id}:${secret}`, "utf8").toString("base64")}`;
}

/** Decodes `application/x-www-form-urlencoded`. Returns text of another format unchanged. */
function decodeForm(text: string): string {
  if (/%(?![0-9a-f]{2})/i.test(text)) return text;
  try {
    return decodeURIComponent(text.replaceAll("+", " "));
  } catch {
    // The escaped bytes are not UTF-8.
    return text;
  }
}

function decodeUtf8(bytes: Uint8Array): string | undefined {
  try {
    return utf8Decoder.decode(bytes);
  } catch {
    return undefined;
  }
}
