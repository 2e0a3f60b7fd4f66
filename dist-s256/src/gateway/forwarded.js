import { BlockList, isIP } from "node:net";
import { addressOf } from "./caller_address.js";
/** The headers by which a proxy can tell the address of its client. One of them is believed. */
export const clientAddressHeaders = ["x-forwarded-for", "x-real-ip"];
/** Returns a function that reports whether an address is in one of the networks (CIDR) or equal to one of the addresses. */
export function proxiesIn(networks) {
    const list = new BlockList();
    for (const network of networks) {
        const [ip = "", prefix] = network.split("/");
        const isLong = isIP(ip) === 6;
        list.addSubnet(ip, Number(prefix ?? (isLong ? 128 : 32)), isLong ? "ipv6" : "ipv4");
    }
    return (address) => isIP(address) !== 0 && list.check(address, isIP(address) === 6 ? "ipv6" : "ipv4");
}
/** Headers that fastify reads once a proxy is trusted. `Forwarded` (RFC 7239) is not read. */
const forwardedHeaders = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto"];
/**
 * Leaves in the headers of a request what may be believed, in the form that fastify reads. Of a caller that is no trusted proxy
 * that is nothing. Of a proxy, `X-Forwarded-For` becomes the one address that the configured header says, or `unknown` where it
 * says none: the proxy's own address is not the client's.
 */
export function admitForwarded(headers, peer, rules) {
    if (rules.isProxy(addressOf({ ip: peer }))) {
        headers["x-forwarded-for"] = clientAddress(headers, rules) || "unknown";
        return;
    }
    for (const name of forwardedHeaders)
        delete headers[name];
}
/** Returns the address that the nearest entry says that is no trusted proxy; empty if it is not an address, or there is none. */
function clientAddress(headers, rules) {
    const text = String(headers[rules.clientAddressHeader] ?? "");
    const entries = text.split(",").map((entry) => addressOf({ ip: entry.trim() }));
    // It has one address. Several are a client's and a proxy's, and nothing says which is which.
    if (rules.clientAddressHeader === "x-real-ip" && entries.length > 1)
        return "";
    return entries.findLast((address) => !rules.isProxy(address)) ?? "";
}
