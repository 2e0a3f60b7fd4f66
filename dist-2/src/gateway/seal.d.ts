import type { Clock } from "../domain/clock.js";
/** What a sealed text is for. One kind never opens as another. */
export type SealedKind = "handle" | "hosted-handle" | "exchange" | "picture";
/** What a sealed text held, and whom it is for. */
export interface Opened {
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
export interface Seal {
    seal(kind: SealedKind, content: unknown, options: SealOptions): Promise<string>;
    /** Undefined for whatever is not an unexpired text of this kind, sealed with one of the keys. Never throws. */
    open(kind: SealedKind, text: string): Promise<Opened | undefined>;
}
/** @throws TypeError when a key is not 32 bytes of base64url. */
export declare function createSeal(keys: readonly string[], clock: Clock): Seal;
