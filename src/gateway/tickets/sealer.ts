import { CompactEncrypt, type CryptoKey, compactDecrypt, errors } from "jose";
import type { Clock } from "../../base/clock.js";
import { isCanonicalBase64url, sha256 } from "../../domain/secrets.js";

/** What a sealed text is for. One kind never opens as another. */
export type SealedKind = "handle" | "authing-handle" | "authing-exchange-ticket" | "image";

/** What a sealed text held, and whom it is for. */
export interface SealedContent {
  readonly content: unknown;
  /** Digest of the cookie of the browser that it was made for; undefined if it is not bound to one. */
  readonly boundTo: string | undefined;
}

export interface SealOptions {
  readonly boundTo?: string | undefined;
  /** When the text stops opening, by the wall clock, which other gateways have too. */
  readonly expiresAt: number;
}

/**
 * Keeps what the gateway would have to remember in what it hands out: JWE (RFC 7516), `dir` and A256GCM, in the compact
 * form. Kind, browser and expiry stand in the protected header, which is the associated data of the encryption.
 */
export interface Sealer {
  seal(kind: SealedKind, content: unknown, options: SealOptions): Promise<string>;
  /** Undefined for whatever is not an unexpired text of this kind, sealed with one of the keys. Never throws. */
  open(kind: SealedKind, text: string): Promise<SealedContent | undefined>;
}

/** Longest text that is looked at, in characters. A picture holds the text of a code; the others hold ids and secrets. */
const maxLength: Readonly<Record<SealedKind, number>> = {
  handle: 2_048,
  "authing-handle": 2_048,
  "authing-exchange-ticket": 2_048,
  image: 8_192,
};

/** @throws TypeError when a key is not 32 bytes of base64url. */
export function createSealer(keys: readonly string[], clock: Clock): Sealer {
  // Imported once: jose would import bytes anew with each text, which takes as long as the rest.
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
      if (text.length > maxLength[kind]) return undefined;
      // Gateways agree by the wall clock. One that was set forward does not end what is in use in this process.
      const now = Math.min(clock.wallNow(), clock.now());
      try {
        const { plaintext, protectedHeader: header } = await compactDecrypt(
          text,
          ({ kid: kidOfText }) => {
            const key = keysById.get(kidOfText ?? "");
            if (!key) throw new errors.JWEDecryptionFailed();
            return key;
          },
          { keyManagementAlgorithms: ["dir"], contentEncryptionAlgorithms: ["A256GCM"] },
        );
        const { typ, exp, bnd } = header;
        if (typ !== kind || typeof exp !== "number" || exp * 1000 <= now) return undefined;
        if (bnd !== undefined && typeof bnd !== "string") return undefined;
        return { content: JSON.parse(Buffer.from(plaintext).toString("utf8")), boundTo: bnd };
      } catch (error) {
        if (isMalformed(error)) return undefined;
        throw error;
      }
    },
  };
}

function importKey(key: string): Promise<CryptoKey> {
  if (!isCanonicalBase64url(key, 32)) throw new TypeError("a handle key must be 32 bytes as base64url");
  const bytes = Buffer.from(key, "base64url");
  return crypto.subtle.importKey("raw", bytes, "AES-GCM", false, ["encrypt", "decrypt"]);
}

/** What jose and the parser throw at a text that is none of ours. */
function isMalformed(error: unknown): boolean {
  return error instanceof errors.JOSEError || error instanceof SyntaxError;
}
