import { CompactEncrypt, type CryptoKey, compactDecrypt, errors } from "jose";
import type { Clock } from "../../base/clock.js";
import { isCanonicalBase64url, sha256 } from "../../domain/secrets.js";
import type { SealedKind } from "./sealed_kind.js";
import { type HandleRejection, silentTicketObserver, type TicketObserver } from "./ticket_observer.js";

/** The content of a sealed text, and the browser that it is bound to. */
export interface SealedContent {
  readonly content: unknown;
  /** Digest of the browser's cookie; undefined if the text is not bound to a browser. */
  readonly boundTo: string | undefined;
}

export interface SealOptions {
  readonly boundTo?: string | undefined;
  /** Expiry in milliseconds since the Unix epoch, by the wall clock. */
  readonly expiresAt: number;
}

/**
 * Seals state into the texts that callers hold, so that the gateway need not store it. The format is compact
 * JWE (RFC 7516) with `dir` and A256GCM. Kind, browser and expiry are in the protected header, which the
 * encryption authenticates as associated data.
 */
export interface Sealer {
  seal(kind: SealedKind, content: unknown, options: SealOptions): Promise<string>;
  /**
   * Resolves with the content. Resolves with undefined if the text is malformed, of another kind, expired, or
   * not sealed with one of the keys.
   */
  open(kind: SealedKind, text: string): Promise<SealedContent | undefined>;
}

/** Sealer whose keys can be replaced. */
export interface ReplaceableSealer extends Sealer {
  /**
   * Prepares other keys. Returns a function that replaces the keys.
   *
   * @throws TypeError under the conditions of {@link createSealer}.
   */
  prepareReplacement(keys: readonly string[]): () => void;
}

/**
 * Longest text that is opened, in characters. An image name holds QR content; the others hold ids and
 * secrets.
 */
const maxLength: Readonly<Record<SealedKind, number>> = {
  handle: 2_048,
  "authing-handle": 2_048,
  "authing-exchange-ticket": 2_048,
  image: 8_192,
};

/**
 * Creates a sealer. The first key seals; all keys open.
 *
 * @throws TypeError if there is no key, or if a key is not 32 bytes in base64url.
 */
export function createSealer(
  keys: readonly string[],
  clock: Clock,
  observer: TicketObserver = silentTicketObserver,
): Sealer {
  // Imported once: jose would import raw bytes again for each text, which takes as long as the decryption.
  const keysById = new Map(keys.map((key) => [sha256(key).slice(0, 8), importKey(key)]));
  const [newest] = keysById;
  if (!newest) throw new TypeError("handleKeys must have at least one key");
  const [kid, sealingKey] = newest;

  return {
    async seal(kind, content, { boundTo, expiresAt }) {
      const header = { alg: "dir", enc: "A256GCM", kid, typ: kind, exp: Math.ceil(expiresAt / 1000) };
      return new CompactEncrypt(Buffer.from(JSON.stringify(content)))
        .setProtectedHeader(boundTo === undefined ? header : { ...header, bnd: boundTo })
        .encrypt(await sealingKey);
    },

    async open(kind, text) {
      const reject = (rejection: HandleRejection) => {
        observer.handleRejected(kind, rejection);
        return undefined;
      };
      if (text.length > maxLength[kind]) return reject("invalid");
      // The expiry is in wall time, which all gateways share. The steady clock keeps texts from expiring early
      // when the wall clock of this process is set forward.
      const now = Math.min(clock.wallNow(), clock.now());
      try {
        const { plaintext, protectedHeader: header } = await compactDecrypt(
          text,
          ({ kid: kidOfText }) => {
            const key = keysById.get(kidOfText ?? "");
            if (!key) throw new UnknownKeyError();
            return key;
          },
          { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] },
        );
        const { typ, exp, bnd } = header;
        if (typ !== kind || typeof exp !== "number") return reject("invalid");
        if (exp * 1000 <= now) return reject("expired");
        if (bnd !== undefined && typeof bnd !== "string") return reject("invalid");
        return { content: JSON.parse(Buffer.from(plaintext).toString("utf8")), boundTo: bnd };
      } catch (error) {
        if (error instanceof UnknownKeyError) return reject("unknown_key");
        if (isMalformed(error)) return reject("invalid");
        throw error;
      }
    },
  };
}

/**
 * Creates a sealer whose keys can be replaced.
 *
 * @throws TypeError under the conditions of {@link createSealer}.
 */
export function createReplaceableSealer(
  keys: readonly string[],
  clock: Clock,
  observer?: TicketObserver,
): ReplaceableSealer {
  let current = createSealer(keys, clock, observer);
  return {
    seal: (kind, content, options) => current.seal(kind, content, options),
    open: (kind, text) => current.open(kind, text),
    prepareReplacement(next) {
      const replacement = createSealer(next, clock, observer);
      return () => {
        current = replacement;
      };
    },
  };
}

/** Reports a text that was sealed with a key that is none of ours. */
class UnknownKeyError extends Error {}

function importKey(key: string): Promise<CryptoKey> {
  if (!isCanonicalBase64url(key, 32)) throw new TypeError("a handle key must be 32 bytes as base64url");
  const bytes = Buffer.from(key, "base64url");
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** Returns whether the text caused the error: it was not sealed with these keys, or its content is not JSON. */
function isMalformed(error: unknown): boolean {
  return error instanceof errors.JOSEError || error instanceof SyntaxError;
}
