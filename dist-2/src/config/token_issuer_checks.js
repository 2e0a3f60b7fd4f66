import { publicKeysIn } from "./key_files.js";
import { isKeyOf, isSameKey, readSigningKey } from "./signing_keys.js";
/**
 * What is wrong with the keys of the token issuer, and with the user pools that believe it: a token that tells an app who
 * has signed in must never approve a sign-in.
 */
export function tokenIssuerMistakes({ tokenIssuer, userPools = [] }) {
    const signing = new Map();
    const mistakes = [];
    for (const [index, { file } = {}] of tokenIssuer?.keys?.entries() ?? []) {
        if (file === undefined)
            continue;
        const read = readSigningKey(file);
        const message = "failure" in read ? read.failure : repetition(read.key, signing);
        if (message !== undefined)
            mistakes.push({ path: ["tokenIssuer", "keys", index, "file"], message });
        else if ("key" in read)
            signing.set(index, read.key);
    }
    for (const [index, pool] of userPools.entries()) {
        if (pool?.issuer !== undefined && pool.issuer === tokenIssuer?.issuer) {
            const message = "is the token issuer (tokenIssuer.issuer), whose tokens approve nothing";
            mistakes.push({ path: ["userPools", index, "issuer"], message });
        }
        const keys = pool?.keys ?? {};
        const ours = keys.jwksFile === undefined ? undefined : signerIn(keys.jwksFile, signing);
        if (ours === undefined)
            continue;
        const message = `the file holds the key of tokenIssuer.keys[${ours}], whose tokens approve nothing`;
        mistakes.push({ path: ["userPools", index, "keys", "jwksFile"], message });
    }
    return mistakes;
}
function repetition(key, signing) {
    const first = [...signing].find(([, other]) => isSameKey(other, key))?.[0];
    return first === undefined ? undefined : `the file holds the same key as tokenIssuer.keys[${first}]`;
}
/** The position of the signing key whose public half is in the file. */
function signerIn(jwksFile, signing) {
    const known = publicKeysIn(jwksFile);
    return [...signing].find(([, key]) => known.some((jwk) => isKeyOf(key, jwk)))?.[0];
}
