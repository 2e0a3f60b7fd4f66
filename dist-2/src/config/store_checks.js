import { isLoopback, isOnNetwork } from "./address.js";
import { certificatesFailure, tlsMistakes } from "./key_files.js";
import { urlOf } from "./values.js";
const path = ["store", "redis"];
/** What is wrong between the values of the section `store`, and with the files that it names. */
export function storeMistakes({ store }) {
    if (!store?.redis || store.kind === "memory")
        return [];
    return [
        ...plainTextMistakes(store.redis),
        ...tlsSectionMistakes(store.redis),
        ...loginMistakes(store.redis),
        ...replicaMistakes(store.redis),
    ];
}
function plainTextMistakes({ url, sentinel, cluster, tls, allowPlaintextOnNetwork }) {
    if (tls || allowPlaintextOnNetwork !== false)
        return [];
    const message = "would send what users are called over the network as plain text: turn TLS on (rediss:// or store.redis.tls), or " +
        "set store.redis.allowPlaintextOnNetwork to true where something else encrypts the way";
    const named = { url, sentinel: sentinel?.nodes, cluster: cluster?.nodes };
    return Object.entries(named).flatMap(([key, value]) => {
        const exposed = typeof value === "string" ? isPlainUrlElsewhere(value) : value?.some(isOnNetwork);
        return exposed ? [{ path: [...path, key], message }] : [];
    });
}
function isPlainUrlElsewhere(text) {
    const url = urlOf(text);
    return url?.protocol === "redis:" && !isLoopback(url.hostname.replace(/^\[|\]$/g, ""));
}
function tlsSectionMistakes({ url, tls }) {
    if (!tls)
        return [];
    const mistakes = [];
    if (url?.startsWith("redis:")) {
        mistakes.push({
            path: [...path, "url"],
            message: "must begin with rediss:// where store.redis.tls is given",
        });
    }
    const failure = tls.caFile === undefined ? undefined : certificatesFailure(tls.caFile);
    if (failure)
        mistakes.push({ path: [...path, "tls", "caFile"], message: failure });
    if ((tls.certFile === undefined) !== (tls.keyFile === undefined)) {
        mistakes.push({ path: [...path, "tls"], message: "must have both of certFile and keyFile, or neither" });
    }
    return [...mistakes, ...tlsMistakes([...path, "tls"], tls)];
}
function loginMistakes({ url, sentinel, username, password }) {
    const mistakes = [];
    const inUrl = urlOf(url ?? "");
    if (inUrl && (inUrl.username || inUrl.password) && (username !== undefined || password !== undefined)) {
        const message = "must have user name and password in store.redis.url or beside it, not both";
        mistakes.push({ path: [...path, "url"], message });
    }
    if (username !== undefined && password === undefined) {
        mistakes.push({ path: [...path, "password"], message: "is missing: store.redis.username has one" });
    }
    if (sentinel?.username !== undefined && sentinel.password === undefined) {
        const message = "is missing: store.redis.sentinel.username has one";
        mistakes.push({ path: [...path, "sentinel", "password"], message });
    }
    if (inUrl?.username && !inUrl.password) {
        mistakes.push({ path: [...path, "url"], message: "must have a password where it has a user name" });
    }
    return mistakes;
}
function replicaMistakes({ replicas, replicasOnDisk }) {
    if (!replicasOnDisk || (replicas ?? 0) > 0)
        return [];
    return [
        { path: [...path, "replicas"], message: "must be 1 at least where store.redis.replicasOnDisk is true" },
    ];
}
