import { isIPv4, isIPv6 } from "node:net";
import { isLoopbackHost, parseAddress } from "./address.js";

/**
 * Returns the hosts that a gRPC target leads to, or undefined if the text is not a target.
 *
 * `HOST:PORT` and `dns:///HOST:PORT` have one host, `ipv4:IP:PORT,IP:PORT` and `ipv6:[IP]:PORT,[IP]:PORT` one or
 * more, and a Unix socket (`unix:/PATH`) none. The four schemes take precedence over a host of the same name, as they
 * do in gRPC.
 */
export function parseTargetHosts(text: string): readonly string[] | undefined {
  const {
    scheme,
    slashes,
    rest = "",
  } = /^(?<scheme>dns|ipv4|ipv6|unix):(?<slashes>\/\/(?=\/))?(?<rest>.*)$/.exec(text)?.groups ?? {};
  if (scheme === undefined) return parseHosts([text], () => true);
  if (scheme === "unix") return /^\/[^/\0]/.test(rest) ? [] : undefined;
  const endpoints = slashes === undefined ? rest : rest.slice(1);
  if (scheme === "dns") return parseHosts([endpoints], () => true);
  return parseHosts(endpoints.split(","), scheme === "ipv4" ? isIPv4 : isIPv6);
}

function parseHosts(
  endpoints: readonly string[],
  isExpectedFamily: (host: string) => boolean,
): readonly string[] | undefined {
  const hosts: string[] = [];
  for (const endpoint of endpoints) {
    const address = parseAddress(endpoint);
    if (!address || address.port === 0 || !isExpectedFamily(address.host)) return undefined;
    hosts.push(address.host);
  }
  return hosts;
}

/** Reports whether a gRPC target leads to another machine. Returns false if the text is not a target. */
export function isNonLoopbackTarget(target: string | undefined): boolean {
  return parseTargetHosts(target ?? "")?.some((host) => !isLoopbackHost(host)) ?? false;
}
