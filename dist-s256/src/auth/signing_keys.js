import { createPrivateKey, createPublicKey, generateKeyPairSync } from "node:crypto";
import { calculateJwkThumbprint, exportJWK } from "jose";
import { readSigningKey } from "../config/signing_keys.js";
/**
 * The keys in the order of their configuration.
 *
 * @throws Error that names the file when there is no usable key in it; Error when a key stands there twice, or none does.
 */
export async function loadSigningKeys(configs) {
    const [first, ...others] = await Promise.all(configs.map(async (config) => signingKey(privateKeyOf(config))));
    if (!first)
        throw new Error("The token issuer has no signing key.");
    if (new Set([first, ...others].map(({ kid }) => kid)).size < configs.length) {
        throw new Error("A signing key of the token issuer stands in its list twice.");
    }
    return [first, ...others];
}
/** The same keys, where those that are to be made have been: for other processes, which would each make their own. */
export function keysInPlace(configs) {
    return configs.map((config) => "generated" in config
        ? { pem: privateKeyOf(config).export({ format: "pem", type: "pkcs8" }).toString() }
        : config);
}
function privateKeyOf(config) {
    if ("pem" in config)
        return createPrivateKey(config.pem);
    if ("generated" in config)
        return generateKeyPairSync("ec", { namedCurve: "P-256" }).privateKey;
    const found = readSigningKey(config.file);
    if ("failure" in found)
        throw new Error(`The signing key ${config.file} cannot be used: ${found.failure}.`);
    return found.key;
}
async function signingKey(privateKey) {
    const alg = privateKey.asymmetricKeyType === "rsa" ? "RS256" : "ES256";
    const publicHalf = await exportJWK(createPublicKey(privateKey));
    const kid = await calculateJwkThumbprint(publicHalf);
    return { alg, kid, privateKey, publicJwk: { ...publicHalf, kid, alg, use: "sig" } };
}
