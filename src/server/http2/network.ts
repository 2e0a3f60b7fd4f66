import { isIPv4 } from "node:net";

/**
 * Returns the key under which connections of one caller are counted: an IPv4 address, or the first 64 bits of
 * an IPv6 address, since one caller usually has a whole /64.
 *
 * @param address Address in canonical form, as in `socket.remoteAddress`. IPv4 may be mapped into IPv6.
 */
export function networkOf(address: string): string {
  const mapped = address.slice(address.lastIndexOf(":") + 1);
  if (isIPv4(mapped)) return mapped;
  const [head = "", tail] = address.split("::");
  const groups = head === "" ? [] : head.split(":");
  if (tail !== undefined) {
    const after = tail === "" ? 0 : tail.split(":").length;
    while (groups.length + after < 8) groups.push("0");
    groups.push(...tail.split(":"));
  }
  return `${groups.slice(0, 4).join(":")}::/64`;
}
