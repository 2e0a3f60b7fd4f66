import { isOnNetwork } from "./address.js";
import { appSecretMistakes, knownSecretMistakes } from "./app_secret_checks.js";
import { validityMistakes } from "./certificates.js";
import { developmentIssuer } from "./development_key.js";
import { gatewayMistakes } from "./gateway_checks.js";
import { issuerMistakes } from "./issuer_checks.js";
import { keySetFailure, tlsMistakes } from "./key_files.js";
import { repeatedIds } from "./repeated_ids.js";
import { storeMistakes } from "./store_checks.js";
import { tokenIssuerMistakes } from "./token_issuer_checks.js";
/** What is wrong between the values of a configuration, each by itself right, and with the files that they name. */
export function relationMistakes(content, judged) {
    const { grpc, gateway } = content;
    const placeMistakes = judged.development ? developmentMistakes : plainTextMistakes;
    return [
        ...(judged.service ? [...placeMistakes("grpc", grpc), ...serviceMistakes(content)] : []),
        ...(judged.identities ? absenceMistakes(content) : []),
        ...(judged.service && judged.gateway ? appSecretMistakes(content) : []),
        ...(judged.gateway && !judged.development ? knownSecretMistakes(content) : []),
        ...(judged.gateway && gateway ? [...placeMistakes("gateway", gateway), ...gatewayMistakes(gateway)] : []),
        ...(judged.certificatesAt === undefined ? [] : validityMistakes(content, judged.certificatesAt)),
    ];
}
function serviceMistakes(content) {
    const { grpc, tickets, userPools, apps } = content;
    return [
        ...(grpc?.tls ? tlsMistakes(["grpc", "tls"], grpc.tls) : []),
        ...storeMistakes(content),
        ...lifetimeMistakes(tickets),
        ...repeatedIds(["userPools"], userPools),
        ...repeatedIds(["apps"], apps),
        ...repeatedPairs(userPools),
        ...issuerMistakes(content),
        ...(userPools ?? []).flatMap((pool, index) => poolMistakes(pool, index)),
        ...unknownPools(content),
        ...tokenIssuerMistakes(content),
    ];
}
function developmentMistakes(name, listener = {}) {
    if (!isOnNetwork(listener.address))
        return [];
    const message = "must be on loopback in development mode, whose identities are public; give a configuration file to listen elsewhere";
    return [{ path: [name, "address"], message }];
}
function plainTextMistakes(name, listener = {}) {
    const { address, tls, allowPlaintextOnNetwork } = listener;
    if (tls || allowPlaintextOnNetwork !== false || !isOnNetwork(address))
        return [];
    const message = `would send secrets over the network as plain text: set ${name}.tls.certFile and ${name}.tls.keyFile, or set ` +
        `${name}.allowPlaintextOnNetwork to true where a proxy in front ends TLS`;
    return [{ path: [name, "address"], message }];
}
function lifetimeMistakes(tickets) {
    const { ttl, minTtl, maxTtl } = tickets ?? {};
    const mistakes = [];
    const demand = (a, b, key, message) => {
        if (a !== undefined && b !== undefined && a > b)
            mistakes.push({ path: ["tickets", key], message });
    };
    demand(minTtl, maxTtl, "minTtl", "must not be longer than tickets.maxTtl");
    demand(minTtl, ttl, "ttl", "must not be shorter than tickets.minTtl");
    demand(ttl, maxTtl, "ttl", "must not be longer than tickets.maxTtl");
    return mistakes;
}
function absenceMistakes({ userPools, apps }) {
    const message = "must have at least one entry";
    return [
        ...(userPools?.length === 0 ? [{ path: ["userPools"], message }] : []),
        ...(apps?.length === 0 ? [{ path: ["apps"], message }] : []),
    ];
}
/** (Issuer, audience) names one pool: with two, a token would choose between tenants. */
function repeatedPairs(pools = []) {
    const owners = new Map();
    return pools.flatMap((pool, index) => {
        const pairs = (pool?.audience ?? []).map((audience) => JSON.stringify([pool?.issuer, audience]));
        const other = pairs.map((pair) => owners.get(pair)).find((owner) => owner !== undefined);
        if (pool?.issuer === undefined)
            return [];
        for (const pair of pairs)
            owners.set(pair, owners.get(pair) ?? index);
        if (other === undefined)
            return [];
        const message = `shares an audience with userPools[${other}], which has the same issuer`;
        return [{ path: ["userPools", index, "audience"], message }];
    });
}
function poolMistakes(pool, index) {
    const path = ["userPools", index];
    const mistakes = [];
    if (pool?.issuer === developmentIssuer) {
        const message = "is the issuer of the development identities, with whose key everybody can sign";
        mistakes.push({ path: [...path, "issuer"], message });
    }
    const keys = pool?.keys ?? {};
    if (keys.jwksFile !== undefined) {
        const failure = keySetFailure(keys.jwksFile);
        if (failure)
            mistakes.push({ path: [...path, "keys", "jwksFile"], message: failure });
    }
    const isShared = (pool?.algorithms ?? []).includes("HS256");
    if (isShared && (keys.jwksUri !== undefined || keys.jwksFile !== undefined)) {
        const message = "must not have HS256 with a JWKS: its public keys would be taken for shared secrets";
        mistakes.push({ path: [...path, "algorithms"], message });
    }
    if (keys.hs256Secret !== undefined && pool?.algorithms?.some((name) => name !== "HS256")) {
        mistakes.push({ path: [...path, "algorithms"], message: "must be HS256 alone with keys.hs256Secret" });
    }
    return mistakes;
}
function unknownPools({ apps = [], userPools }) {
    // A pool whose id could not be understood may be the one that is meant.
    if (!userPools || userPools.some((pool) => pool?.id === undefined))
        return [];
    const ids = userPools.map((pool) => pool?.id);
    return apps.flatMap((app, index) => {
        if (app?.userPool === undefined || ids.includes(app.userPool))
            return [];
        const message = ids.length > 0 ? `is not one of the user pools ${ids.join(", ")}` : "is not a user pool";
        return [{ path: ["apps", index, "userPool"], message }];
    });
}
