import type { FastifyRequest } from "fastify";
/**
 * The address of whoever calls, as IPv4 or IPv6; empty if none is known. Proxies write it in many ways: with a port, with a
 * zone, IPv4 in the clothes of IPv6, or as a word where they hide it.
 */
export declare function addressOf({ ip }: Pick<FastifyRequest, "ip">): string;
/**
 * The network of 48 bits of an IPv6 address, which one organisation has, and with it 65,536 of what is counted as an address;
 * undefined in IPv4.
 */
export declare function countedNetworkOf(request: Pick<FastifyRequest, "ip">): string | undefined;
/** What the calls of one address are counted under: in IPv6 one network of 64 bits, which one home or office has. */
export declare function countedAddressOf(request: Pick<FastifyRequest, "ip">): string;
