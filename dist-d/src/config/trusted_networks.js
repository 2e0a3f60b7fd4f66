import { BlockList, isIP } from "node:net";
import * as z from "zod";
function parseNetwork(text) {
    const { ip = "", prefix } = /^(?<ip>[0-9a-f:.]+)(?:\/(?<prefix>\d{1,3}))?$/i.exec(text)?.groups ?? {};
    const version = isIP(ip);
    const longest = version === 6 ? 128 : 32;
    const length = Number(prefix ?? longest);
    return (version === 4 || version === 6) && length <= longest ? { version, ip, length } : undefined;
}
/** Networks of IPv6 that hold the addresses of IPv4: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). */
const embeddings = networks("::ffff:0:0/96", "64:ff9b::/96", "2002::/16");
/** Networks of IPv6 that are never public: unique local (RFC 4193) and link-local (RFC 4291). */
const localNetworks = networks("fc00::/7", "fe80::/10");
function networks(...texts) {
    return texts.flatMap((text) => parseNetwork(text) ?? []);
}
function isWithin({ ip, length }, outer) {
    if (length < outer.length)
        return false;
    const list = new BlockList();
    list.addSubnet(outer.ip, outer.length, "ipv6");
    return list.check(ip, "ipv6");
}
/** Returns the network of IPv4 that one of IPv6 stands for; all of IPv4 if it holds an embedding of that; else the same network. */
function withoutEmbedding(network) {
    if (network.version === 4)
        return network;
    const outer = embeddings.find((each) => isWithin(network, each));
    if (outer)
        return { version: 4, ip: "", length: network.length - outer.length };
    return embeddings.some((each) => isWithin(each, network)) ? { version: 4, ip: "", length: 0 } : network;
}
/** The shortest prefix of one network, and the share of all addresses that all networks may have together: sixteen of these. */
const shortest = { 4: 8, 6: 16 };
/** The share of all addresses of its version that a network has; none if it is never public. */
function shareOf(network) {
    const isLocal = network.version === 6 && localNetworks.some((each) => isWithin(network, each));
    return isLocal ? 0 : 2 ** -network.length;
}
const trustedNetwork = z
    .string()
    .refine((text) => parseNetwork(text) !== undefined, {
    error: "must be an IP address or a network in CIDR form, such as 10.20.0.5 or 10.20.0.0/28",
    abort: true,
})
    .refine((text) => networks(text).map(withoutEmbedding).every(isNarrow), {
    error: "is too wide: everybody in it could pretend any address. List the proxies themselves, in networks of /8 (IPv4), " +
        "/16 (IPv6) or narrower",
});
function isNarrow(network) {
    return shareOf(network) <= 2 ** -shortest[network.version];
}
/** The addresses and networks of the proxies in front. Refuses what holds everybody, by itself or together. */
export const trustedNetworks = z.array(trustedNetwork).superRefine((texts, context) => {
    // One that is too wide by itself has been refused for that.
    const all = networks(...new Set(texts))
        .map(withoutEmbedding)
        .filter(isNarrow);
    for (const version of [4, 6]) {
        const share = all
            .filter((each) => each.version === version)
            .reduce((sum, each) => sum + shareOf(each), 0);
        if (share <= 16 * 2 ** -shortest[version])
            continue;
        const message = `holds too much of IPv${version}: nearly everybody could pretend any address. List the proxies themselves, ` +
            `together no more than sixteen networks of /${shortest[version]}`;
        context.addIssue({ code: "custom", message });
    }
});
