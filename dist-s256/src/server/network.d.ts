/**
 * Returns what connections of one caller are counted by: an IPv4 address, or the first 64 bits of an IPv6 address, of which
 * one caller usually has all.
 *
 * @param address As `socket.remoteAddress` has it: canonical, IPv4 possibly mapped into IPv6.
 */
export declare function networkOf(address: string): string;
