import { BlockList, isIP } from "node:net";

/** A network in CIDR notation, or a single address. */
export interface IpNetwork {
  readonly version: 4 | 6;
  readonly ip: string;
  readonly prefixLength: number;
}

/** Parses `IP` or `IP/PREFIX_LENGTH`. Returns undefined if the text has neither form. */
export function parseNetwork(text: string): IpNetwork | undefined {
  const { ip = "", prefix } = /^(?<ip>[0-9a-f:.]+)(?:\/(?<prefix>\d{1,3}))?$/i.exec(text)?.groups ?? {};
  const version = isIP(ip);
  const longest = version === 6 ? 128 : 32;
  const prefixLength = Number(prefix ?? longest);
  return (version === 4 || version === 6) && prefixLength <= longest
    ? { version, ip, prefixLength }
    : undefined;
}

/**
 * Parses several networks.
 *
 * @throws TypeError if a text is not a network.
 */
export function parseNetworks(texts: readonly string[]): readonly IpNetwork[] {
  return texts.map((text) => {
    const network = parseNetwork(text);
    if (!network) throw new TypeError(`Not an IP address or a network in CIDR form: ${JSON.stringify(text)}`);
    return network;
  });
}

/**
 * Returns a function that reports whether an IP address is in one of the networks. An IPv4 network also contains its
 * addresses mapped to IPv6. Text that is not an IP address is in no network.
 */
export function createNetworkMatcher(networks: readonly IpNetwork[]): (address: string) => boolean {
  const list = new BlockList();
  for (const { ip, prefixLength, version } of networks) list.addSubnet(ip, prefixLength, familyOf(version));
  return (address) => {
    const version = isIP(address);
    return version !== 0 && list.check(address, familyOf(version));
  };
}

/** Returns whether a network contains the whole of another one of the same IP version. */
export function containsNetwork(outer: IpNetwork, { ip, prefixLength }: IpNetwork): boolean {
  return prefixLength >= outer.prefixLength && createNetworkMatcher([outer])(ip);
}

function familyOf(version: number): "ipv4" | "ipv6" {
  return version === 6 ? "ipv6" : "ipv4";
}
