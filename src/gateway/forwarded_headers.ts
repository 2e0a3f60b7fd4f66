import type { IncomingHttpHeaders } from "node:http";
import { BlockList, isIP } from "node:net";
import { clientAddressOf } from "./http/client_address.js";

/** The headers by which a proxy can tell the address of its client. One of them is believed. */
export const clientIpHeaders = ["x-forwarded-for", "x-real-ip"] as const;

export type ClientIpHeader = (typeof clientIpHeaders)[number];

/** Whose forwarded headers are believed, and which. */
export interface ForwardedRules {
  readonly isTrustedProxy: (address: string) => boolean;
  readonly clientIpHeader: ClientIpHeader;
}

/** Returns a function that reports whether an address is in one of the networks (CIDR) or equal to one of the addresses. */
export function createProxyMatcher(networks: readonly string[]): (address: string) => boolean {
  const list = new BlockList();
  for (const network of networks) {
    const [ip = "", prefix] = network.split("/");
    const isIPv6 = isIP(ip) === 6;
    list.addSubnet(ip, Number(prefix ?? (isIPv6 ? 128 : 32)), isIPv6 ? "ipv6" : "ipv4");
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
export function sanitizeForwardedHeaders(
  headers: IncomingHttpHeaders,
  peer: string,
  rules: ForwardedRules,
): void {
  if (rules.isTrustedProxy(clientAddressOf({ ip: peer }))) {
    headers["x-forwarded-for"] = clientAddress(headers, rules) || "unknown";
    return;
  }
  for (const name of forwardedHeaders) delete headers[name];
}

/** Returns the address that the nearest entry says that is no trusted proxy; empty if it is not an address, or there is none. */
function clientAddress(headers: IncomingHttpHeaders, rules: ForwardedRules): string {
  const text = String(headers[rules.clientIpHeader] ?? "");
  const entries = text.split(",").map((entry) => clientAddressOf({ ip: entry.trim() }));
  // It has one address. Several are a client's and a proxy's, and nothing says which is which.
  if (rules.clientIpHeader === "x-real-ip" && entries.length > 1) return "";
  return entries.findLast((address) => !rules.isTrustedProxy(address)) ?? "";
}
