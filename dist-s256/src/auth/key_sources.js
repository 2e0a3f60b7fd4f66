import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { bytesIn } from "./json_answer.js";
/** Largest key set that is read over the network. */
const maxBytes = 1024 * 1024;
/** Anybody can send tokens with unknown key ids: they have the endpoint asked no more often than this. */
const endpointCooldown = 10_000;
/** Returns the JWKS endpoint of an issuer as a source of keys. Follows no redirect. `timeout` is for the whole answer. */
export function endpointSource(uri, timeout) {
    return {
        cooldown: endpointCooldown,
        async read() {
            const answer = await fetch(uri, {
                headers: { accept: "application/json, application/jwk-set+json" },
                redirect: "manual",
                signal: AbortSignal.timeout(timeout),
            });
            if (answer.status !== 200) {
                // Unread, the body would hold its connection.
                await answer.body?.cancel();
                throw new Error(`The JWKS endpoint answered ${answer.status}.`);
            }
            const bytes = await bytesIn(answer, maxBytes);
            if (!bytes)
                throw new Error(`The key set is larger than ${maxBytes} bytes.`);
            return bytes;
        },
    };
}
/**
 * Returns a file as a source of keys. Has no cool-down: reading a file costs less than checking the signature that led to it,
 * and reads do not overlap.
 */
export function fileSource(file) {
    return { cooldown: 0, read: () => readFile(file), readNow: () => readFileSync(file) };
}
