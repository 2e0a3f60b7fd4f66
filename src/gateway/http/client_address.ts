import { isIP } from "node:net";
import type { FastifyRequest } from "fastify";
import * as ipPrefix from "../../base/ip_prefix.js";

/**
 * Returns the caller's IPv4 or IPv6 address, or an empty string if it is unknown. Proxies write it in many
 * forms: with a port, with a zone, as IPv4-mapped IPv6, or as a word such as `unknown` if they hide it.
 */
export function clientAddressOf({ ip = "" }: Pick<FastifyRequest, "ip">): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(ip) ?? [];
  const bare = (bracketed ?? dotted ?? ip).replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(bare) === 0 ? "" : bare;
}

/**
 * Returns the /48 network of the caller's IPv6 address, or undefined for IPv4. One organization typically has a /48,
 * which holds 65,536 of the /64 networks that {@link addressKeyOf} counts as addresses.
 */
export function networkKeyOf(request: Pick<FastifyRequest, "ip">): string | undefined {
  return ipPrefix.networkKeyOf(clientAddressOf(request)) || undefined;
}

/**
 * Returns the key under which the caller's address is counted. For IPv6 that is its /64 network, the usual size of one
 * local network.
 */
export function addressKeyOf(request: Pick<FastifyRequest, "ip">): string {
  return ipPrefix.addressKeyOf(clientAddressOf(request));
}
