import { isIPv4, isIPv6 } from "node:net";

/**
 * Returns the key under which an address is counted: an IPv4 address, or the first 64 bits of an IPv6 address, since
 * one caller usually has a whole /64. All spellings of an address have the same key. Returns an empty string for text
 * that is no address.
 *
 * @param address An address, perhaps with a zone. IPv4 may be mapped into IPv6.
 */
export function addressKeyOf(address: string): string {
  if (isIPv4(address)) return address;
  const groups = groupsOf(address);
  if (!groups) return "";
  return mappedIpv4Of(groups) ?? prefixOf(groups, 64);
}

/**
 * Returns the /48 network of an IPv6 address as a key, or an empty string for IPv4 and for text that is no address. An
 * organization typically has a /48, which holds 65,536 of the /64 networks of {@link addressKeyOf}.
 */
export function networkKeyOf(address: string): string {
  const groups = groupsOf(address);
  return !groups || mappedIpv4Of(groups) !== undefined ? "" : prefixOf(groups, 48);
}

function prefixOf(groups: readonly number[], bits: 48 | 64): string {
  const prefix = groups.slice(0, bits / 16).map((group) => group.toString(16));
  return `${prefix.join(":")}::/${bits}`;
}

/** Returns the IPv4 address that is mapped into an IPv6 address (RFC 4291, section 2.5.5.2). */
function mappedIpv4Of(groups: readonly number[]): string | undefined {
  const isMapped = groups[5] === 0xffff && groups.slice(0, 5).every((group) => group === 0);
  if (!isMapped) return undefined;
  const [high = 0, low = 0] = groups.slice(6);
  return [high >> 8, high & 0xff, low >> 8, low & 0xff].join(".");
}

/** Returns the eight groups of an IPv6 address, or undefined for other text. */
function groupsOf(address: string): readonly number[] | undefined {
  if (!isIPv6(address)) return undefined;
  const [head = "", tail] = address.replace(/%.*$/s, "").split("::");
  const before = parseGroups(head);
  if (tail === undefined) return before;
  const after = parseGroups(tail);
  return [...before, ...Array<number>(8 - before.length - after.length).fill(0), ...after];
}

function parseGroups(text: string): number[] {
  if (text === "") return [];
  return text.split(":").flatMap((group) => {
    if (!group.includes(".")) return [Number.parseInt(group, 16)];
    const [a = 0, b = 0, c = 0, d = 0] = group.split(".").map(Number);
    return [a * 256 + b, c * 256 + d];
  });
}
