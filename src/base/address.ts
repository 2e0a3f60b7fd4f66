import { isIP, isIPv4, isIPv6 } from "node:net";
import { createNetworkMatcher, parseNetworks } from "./ip_network.js";

/** A host and a port. */
export interface Address {
  /** A host name, an IPv4 address, or an IPv6 address without its brackets. */
  readonly host: string;
  /** Port number; 0 lets the system choose one. */
  readonly port: number;
}

const hostName = /^(?=.{1,253}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*$/i;

/** Parses `HOST:PORT` or `[IPV6]:PORT`, port 0 to 65535. Returns undefined if the text has neither form. */
export function parseAddress(text: string): Address | undefined {
  const parts = /^(?:\[(?<bracketed>[0-9a-f:.]+)\]|(?<plain>[^:[\]]+)):(?<port>\d{1,5})$/i.exec(text)?.groups;
  const port = Number(parts?.port);
  if (!parts || port > 65535) return undefined;
  const { bracketed, plain = "" } = parts;
  if (bracketed !== undefined) return isIPv6(bracketed) ? { host: bracketed, port } : undefined;
  return isIPv4(plain) || isHostName(plain) ? { host: plain, port } : undefined;
}

/** Formats an address as `HOST:PORT`, or `[IPV6]:PORT`. */
export function formatAddress({ host, port }: Address): string {
  return isIPv6(host) ? `[${host}]:${port}` : `${host}:${port}`;
}

/**
 * Splits an address at its last colon. Does not check the address: it must come from a validated configuration or
 * from Redis, which writes IPv6 without brackets.
 */
export function splitAddress(address: string): Address {
  const colon = address.lastIndexOf(":");
  return { host: withoutBrackets(address.slice(0, colon)), port: Number(address.slice(colon + 1)) };
}

/** Returns whether only this machine can reach the host: 127.0.0.0/8, ::1 or localhost. */
export function isLoopbackHost(host: string): boolean {
  return isIP(host) === 0 ? host.toLowerCase() === "localhost" : isLoopbackAddress(host);
}

/** Reports whether a URL leads to this machine. */
export function isLoopbackUrl({ hostname }: URL): boolean {
  return isLoopbackHost(withoutBrackets(hostname));
}

/**
 * Reports whether browsers trust the host of a URL as this machine, without TLS (Secure Contexts, section 3.1).
 * Unlike {@link isLoopbackHost}, accepts `*.localhost`, which browsers never resolve by DNS but other clients may.
 */
export function isTrustworthyHost(hostname: string): boolean {
  return isLoopbackHost(withoutBrackets(hostname)) || hostname.endsWith(".localhost");
}

/** Returns whether `HOST:PORT` is an address of another machine. Returns false for text of another format. */
export function isNonLoopbackAddress(address: string | undefined): boolean {
  const host = parseAddress(address ?? "")?.host;
  return host !== undefined && !isLoopbackHost(host);
}

const isLoopbackAddress = createNetworkMatcher(parseNetworks(["127.0.0.0/8", "::1"]));

function withoutBrackets(host: string): string {
  return host.replace(/^\[|\]$/g, "");
}

function isHostName(text: string): boolean {
  // Resolvers read 127.1, 0x7f.1 and 2130706433 as IP addresses; the pattern alone would accept them as names.
  return hostName.test(text) && !/(^|\.)(\d+|0x[0-9a-f]*)$/i.test(text);
}
