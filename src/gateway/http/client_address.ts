import { isIP } from "node:net";
import { normalizeIP } from "@fastify/rate-limit";
import type { FastifyRequest } from "fastify";

/**
 * The address of whoever calls, as IPv4 or IPv6; empty if none is known. Proxies write it in many ways: with a port, with a
 * zone, IPv4 in the clothes of IPv6, or as a word where they hide it.
 */
export function clientAddressOf({ ip = "" }: Pick<FastifyRequest, "ip">): string {
  const [, bracketed, dotted] = /^(?:\[([^\]]*)\](?::\d+)?|([\d.]+):\d+)$/.exec(ip) ?? [];
  const bare = (bracketed ?? dotted ?? ip).replace(/%.*$/, "").replace(/^::ffff:(?=\d+\.)/i, "");
  return isIP(bare) === 0 ? "" : bare;
}

/**
 * The network of 48 bits of an IPv6 address, which one organisation has, and with it 65,536 of what is counted as an address;
 * undefined in IPv4.
 */
export function networkKeyOf(request: Pick<FastifyRequest, "ip">): string | undefined {
  const address = clientAddressOf(request);
  return isIP(address) === 6 ? `${normalizeIP(address, 48)}/48` : undefined;
}

/** What the calls of one address are counted under: in IPv6 one network of 64 bits, which one home or office has. */
export function addressKeyOf(request: Pick<FastifyRequest, "ip">): string {
  return normalizeIP(clientAddressOf(request), 64);
}
