import { hash, randomFillSync, randomInt, timingSafeEqual } from "node:crypto";

// One system call fills the pool for dozens of tickets.
const randomPool = Buffer.alloc(4096);
let randomPoolOffset = randomPool.length;

function randomBase64url(bytes: number): string {
  if (randomPoolOffset + bytes > randomPool.length) {
    randomFillSync(randomPool);
    randomPoolOffset = 0;
  }
  const text = randomPool.toString("base64url", randomPoolOffset, randomPoolOffset + bytes);
  // Clears the bytes, so that no secret stays behind in memory.
  randomPool.fill(0, randomPoolOffset, randomPoolOffset + bytes);
  randomPoolOffset += bytes;
  return text;
}

/** Returns a new ticket id: 128 random bits, 22 characters of base64url. */
export const newTicketId = (): string => randomBase64url(16);

/** Returns a new ticket secret or app secret: 256 random bits, 43 characters of base64url. */
export const newSecret = (): string => randomBase64url(32);

/** Returns a new write id: 96 random bits, 16 characters of base64url. */
export const newWriteId = (): string => randomBase64url(12);

/** Returns a new key of changing codes: 128 random bits, 22 characters of base64url. */
export const newQrKey = (): string => randomBase64url(16);

/** Returns a new check code of this many random decimal digits. */
export const newCheckCode = (digits: number): string =>
  digits === 0 ? "" : String(randomInt(10 ** digits)).padStart(digits, "0");

/** Returns the SHA-256 of a text in base64url. Not for passwords, which need a slow hash. */
export function sha256(text: string): string {
  return hash("sha256", text, "base64url");
}

/** Returns the SHA-256 of a text in hexadecimal, the form of app secrets in the configuration. */
export function sha256Hex(text: string): string {
  return hash("sha256", text, "hex");
}

/** Reports whether two digests are equal, in a time that does not depend on where they differ. */
export function isSameDigest(a: string, b: string): boolean {
  return a.length === b.length && timingSafeEqual(Buffer.from(a, "latin1"), Buffer.from(b, "latin1"));
}

/** Reports whether the text is the canonical base64url of `bytes` bytes, without padding. */
export function isCanonicalBase64url(text: string, bytes: number): boolean {
  const decoded = Buffer.from(text, "base64url");
  return decoded.length === bytes && decoded.toString("base64url") === text;
}

// Ticket secret -> exchange ticket -> stored digest: each arrow is one SHA-256 with its own label, and only the
// stored digest is kept at rest. A credential from a caller is hashed the rest of the way and compared with
// that digest.
//
// - The app receives the exchange ticket in AUTHORIZED. If it is presented as the ticket secret, it is hashed once
//   too often and does not match. The same holds for the stored digest, whether presented as the secret or as the
//   exchange ticket. Reversing a step takes a preimage of SHA-256.
// - SHA-256 allows length extension: H(x) is enough to compute H(x || padding || more). Each input has one
//   fixed length, because its parts are canonical base64url of one length, so an extended input is never
//   accepted. HMAC is therefore not needed.
// - The labels differ and are followed by NUL, which no ticket id, secret or well-formed PKCE verifier
//   contains. So no input of one hash is an input of another, including the SHA-256 without a label.
const exchangeLabel = "qrlogin exchange ticket v2";
const storedLabel = "qrlogin stored digest v2";

// 128 and 256 bits in base64url. The spare bits of the last character are zero, so each value has one text.
const ticketIdPattern = /^[\w-]{21}[AQgw]$/;
const secretPattern = /^[\w-]{42}[AEIMQUYcgkosw048]$/;

/** Reports whether the text has the form of a ticket id: 16 bytes of canonical base64url, 22 characters. */
export function isTicketId(text: string): boolean {
  return ticketIdPattern.test(text);
}

/** Returns the exchange ticket, `ticket_id.base64url(SHA-256(label, ticket_id, ticket_secret))`. It is never stored. */
export function exchangeTicketOf(ticketId: string, ticketSecret: string): string {
  return `${ticketId}.${sha256(`${exchangeLabel}\0${ticketId}\0${ticketSecret}`)}`;
}

/** Returns the digest that is stored with the ticket. It verifies the exchange ticket and so the ticket secret. */
export function exchangeDigestOf(exchangeTicket: string): string {
  return sha256(`${storedLabel}\0${exchangeTicket}`);
}

/** Reports whether the text is the ticket's secret in canonical form. */
export function verifyTicketSecret(
  ticketSecret: string,
  ticket: { id: string; exchangeDigest: string },
): boolean {
  // Goes through the exchange ticket, so that the exchange ticket itself never passes as the secret.
  return (
    secretPattern.test(ticketSecret) &&
    verifyExchangeTicket(exchangeTicketOf(ticket.id, ticketSecret), ticket)
  );
}

/** Reports whether the text is the ticket's exchange ticket. */
export function verifyExchangeTicket(exchangeTicket: string, ticket: { exchangeDigest: string }): boolean {
  return isSameDigest(exchangeDigestOf(exchangeTicket), ticket.exchangeDigest);
}

/** Returns the ticket id in an exchange ticket, or undefined if the text does not have the canonical form. */
export function ticketIdOf(exchangeTicket: string): string | undefined {
  const [id = "", proof = "", ...rest] = exchangeTicket.split(".");
  return rest.length === 0 && isTicketId(id) && secretPattern.test(proof) ? id : undefined;
}

/** Reports whether the verifier matches the challenge by PKCE's method S256 (RFC 7636, section 4.6). */
export function verifyCodeChallenge(codeVerifier: string, codeChallenge: string): boolean {
  return isSameDigest(sha256(codeVerifier), codeChallenge);
}

const qrStepLabel = "qrlogin code step v1";

/** Length of the proof of a step: 72 bits of base64url. */
export const qrStepProofLength = 12;

/**
 * Returns the proof of one step of a changing code: the first 72 bits of a SHA-256 with the ticket's key.
 *
 * - The length is in every code, and fewer modules are easier to scan. 72 bits are enough because a guess can only be
 *   checked by a call: a million calls during the lifetime of a ticket succeed once in 2^52 tickets. The prize is one
 *   scan, which a code from the screen gives too.
 * - The key is no credential: it neither watches nor exchanges. Whoever can read the store can make codes with it, and
 *   so scan without the screen, as with a ticket that has no changing code.
 * - HMAC is not needed, for the same reasons as above: an input has a fixed form, and no digest is given out whole.
 */
export function qrStepProofOf(ticketId: string, key: string, number: number): string {
  return sha256(`${qrStepLabel}\0${key}\0${ticketId}\0${number}`).slice(0, qrStepProofLength);
}

/** Reports whether the text has the form of a {@link logIdOf}. */
export function isLogId(text: string): boolean {
  return /^[\w-]{12}$/.test(text);
}

/** Returns a pseudonym of the ticket id for logs: 12 characters, 72 bits. */
export function logIdOf(ticketId: string): string {
  return sha256(ticketId).slice(0, 12);
}
