import * as z from "zod";
import { containsNetwork, type IpNetwork, parseNetwork, parseNetworks } from "../../base/ip_network.js";

/** IPv6 networks that embed IPv4 addresses: mapped (RFC 4291), NAT64 (RFC 6052), 6to4 (RFC 3056). */
const ipv4EmbeddingNetworks = parseNetworks(["::ffff:0:0/96", "64:ff9b::/96", "2002::/16"]);

/** IPv6 networks that are never public: unique local (RFC 4193) and link-local (RFC 4291). */
const localNetworks = parseNetworks(["fc00::/7", "fe80::/10"]);

/**
 * Returns the IPv4 network that an IPv6 network embeds, all of IPv4 if it contains a whole embedding network,
 * and otherwise the network itself.
 */
function toEmbeddedIpv4(network: IpNetwork): IpNetwork {
  if (network.version === 4) return network;
  const outer = ipv4EmbeddingNetworks.find((each) => containsNetwork(each, network));
  if (outer) return { version: 4, ip: "", prefixLength: network.prefixLength - outer.prefixLength };
  return ipv4EmbeddingNetworks.some((each) => containsNetwork(network, each))
    ? { version: 4, ip: "", prefixLength: 0 }
    : network;
}

/**
 * Shortest prefix of a network, by IP version. All networks together may cover sixteen networks of this size.
 */
const shortestPrefix = { 4: 8, 6: 16 } as const;

/** Returns the share of its version's address space that a network covers; 0 if it is never public. */
function shareOf(network: IpNetwork): number {
  const isLocal = network.version === 6 && localNetworks.some((each) => containsNetwork(each, network));
  return isLocal ? 0 : 2 ** -network.prefixLength;
}

const trustedNetwork = z
  .string()
  .meta({ limits: "IP address, or network (CIDR) of /8 (IPv4), /16 (IPv6) or narrower" })
  .refine((text) => parseNetwork(text) !== undefined, {
    error: "must be an IP address or a network in CIDR form, such as 10.20.0.5 or 10.20.0.0/28",
    abort: true,
  })
  .refine((text) => parseNetworks([text]).map(toEmbeddedIpv4).every(isNarrow), {
    error:
      "is too wide: anyone in it could forge any address. List the proxies themselves, in networks of /8 (IPv4), " +
      "/16 (IPv6) or narrower",
  });

function isNarrow(network: IpNetwork): boolean {
  return shareOf(network) <= 2 ** -shortestPrefix[network.version];
}

/** This machine, and the networks that are never public: RFC 1918 and RFC 4193. */
export const privateNetworks = [
  ...["127.0.0.0/8", "::1", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
];

/** Addresses and networks of the proxies in front. Rejects networks that are too wide, alone or together. */
export const trustedNetworks = z.array(trustedNetwork).superRefine((texts, context) => {
  // A network that is too wide by itself has already been reported.
  const all = parseNetworks([...new Set(texts)])
    .map(toEmbeddedIpv4)
    .filter(isNarrow);
  for (const version of [4, 6] as const) {
    const share = all
      .filter((each) => each.version === version)
      .reduce((sum, each) => sum + shareOf(each), 0);
    if (share <= 16 * 2 ** -shortestPrefix[version]) continue;
    const message =
      `covers too much of IPv${version}: almost anyone could forge any address. List the proxies themselves, ` +
      `together at most sixteen networks of /${shortestPrefix[version]}`;
    context.addIssue({ code: "custom", message });
  }
});
