import { isIPv4 } from "node:net";

/**
 * Returns what connections of one caller are counted by: an IPv4 address, or the first 64 bits of an IPv6 address, of which
 * one caller usually has all.
 *
 * @param address As `socket.remoteAddress` has it: canonical, IPv4 possibly mapped into IPv6.
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
