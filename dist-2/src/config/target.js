import { isIPv4, isIPv6 } from "node:net";
import { isLoopback, parseAddress } from "./address.js";
/**
 * Returns the hosts that a gRPC target leads to: one for `HOST:PORT` and `dns:///HOST:PORT`, one or more for `ipv4:IP:PORT,IP:PORT`
 * and `ipv6:[IP]:PORT,[IP]:PORT`, none for a Unix socket, `unix:/PATH`. Undefined if the text has none of these forms.
 *
 * The four schemes win over a host of the same name, as they do in gRPC.
 */
export function hostsOfTarget(text) {
    const { scheme, slashes, rest = "", } = /^(?<scheme>dns|ipv4|ipv6|unix):(?<slashes>\/\/(?=\/))?(?<rest>.*)$/.exec(text)?.groups ?? {};
    if (scheme === undefined)
        return hostsOf([text], () => true);
    if (scheme === "unix")
        return /^\/[^/\0]/.test(rest) ? [] : undefined;
    const places = slashes === undefined ? rest : rest.slice(1);
    if (scheme === "dns")
        return hostsOf([places], () => true);
    return hostsOf(places.split(","), scheme === "ipv4" ? isIPv4 : isIPv6);
}
function hostsOf(places, isRight) {
    const hosts = [];
    for (const place of places) {
        const address = parseAddress(place);
        if (!address || address.port === 0 || !isRight(address.host))
            return undefined;
        hosts.push(address.host);
    }
    return hosts;
}
/** Returns whether a gRPC target leads to another machine. False for what is no target. */
export function isTargetOnNetwork(target) {
    return hostsOfTarget(target ?? "")?.some((host) => !isLoopback(host)) ?? false;
}
