import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { readBody } from "../response_body.js";

/** A place that the key set of an issuer is read from, as often as asked. */
export interface KeySource {
  /** @throws Error when the key set cannot be read. */
  read(): Promise<Uint8Array>;
  /** Shortest time between two reads that tokens with unknown keys cause, in milliseconds. */
  readonly cooldownMs: number;
}

/** Largest key set that is read over the network. */
const maxBytes = 1024 * 1024;

/** Anybody can send tokens with unknown key ids: they have the endpoint asked no more often than this. */
const endpointCooldownMs = 10_000;

/** Returns the JWKS endpoint of an issuer as a source of keys. Follows no redirect. `timeout` is for the whole answer. */
export function createEndpointSource(uri: string, timeout: number): KeySource {
  return {
    cooldownMs: endpointCooldownMs,
    async read() {
      const response = await fetch(uri, {
        headers: { accept: "application/json, application/jwk-set+json" },
        redirect: "manual",
        signal: AbortSignal.timeout(timeout),
      });
      if (response.status !== 200) {
        // Unread, the body would hold its connection.
        await response.body?.cancel();
        throw new Error(`The JWKS endpoint answered ${response.status}.`);
      }
      const bytes = await readBody(response, maxBytes);
      if (!bytes) throw new Error(`The key set is larger than ${maxBytes} bytes.`);
      return bytes;
    },
  };
}

/**
 * Returns a file as a source of keys. Has no cool-down: reading a file costs less than checking the signature that led to it,
 * and reads do not overlap.
 */
export function createFileSource(file: string): KeySource & { readNow(): Uint8Array } {
  return { cooldownMs: 0, read: () => readFile(file), readNow: () => readFileSync(file) };
}
