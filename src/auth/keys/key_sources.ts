import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import type { OutgoingRequests } from "../outgoing/outgoing_requests.js";
import { readBody } from "../response_body.js";

/** Source from which an issuer's key set can be read repeatedly. */
export interface KeySource {
  /** @throws Error when the key set cannot be read. */
  read(): Promise<Uint8Array>;
  /** Shortest time between two reads caused by tokens with unknown keys, in milliseconds. */
  readonly cooldownMs: number;
}

/** Largest key set that is read over the network, in bytes. */
const maxBytes = 1024 * 1024;

/** Cool-down of an endpoint, in milliseconds. Anybody can send tokens with unknown key ids. */
const endpointCooldownMs = 10_000;

/**
 * Creates a source for an issuer's JWKS endpoint. Does not follow redirects. `timeout` covers the whole
 * response, in milliseconds.
 */
export function createEndpointSource(uri: string, timeout: number, outgoing: OutgoingRequests): KeySource {
  return {
    cooldownMs: endpointCooldownMs,
    async read() {
      const response = await outgoing.fetch(uri, {
        headers: { accept: "application/json, application/jwk-set+json" },
        redirect: "manual",
        signal: AbortSignal.timeout(timeout),
      });
      if (response.status !== 200) {
        // An unread body would keep its connection occupied.
        await response.body?.cancel();
        throw new Error(`The JWKS endpoint responded with status ${response.status}.`);
      }
      const bytes = await readBody(response, maxBytes);
      if (!bytes) throw new Error(`The key set is larger than ${maxBytes} bytes.`);
      return bytes;
    },
  };
}

/**
 * Creates a source for a file. It has no cool-down: reading the file costs less than the signature check that
 * preceded it, and reads do not overlap.
 */
export function createFileSource(file: string): KeySource & { readNow(): Uint8Array } {
  return { cooldownMs: 0, read: () => readFile(file), readNow: () => readFileSync(file) };
}
