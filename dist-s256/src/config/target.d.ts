/**
 * Returns the hosts that a gRPC target leads to: one for `HOST:PORT` and `dns:///HOST:PORT`, one or more for `ipv4:IP:PORT,IP:PORT`
 * and `ipv6:[IP]:PORT,[IP]:PORT`, none for a Unix socket, `unix:/PATH`. Undefined if the text has none of these forms.
 *
 * The four schemes win over a host of the same name, as they do in gRPC.
 */
export declare function hostsOfTarget(text: string): readonly string[] | undefined;
/** Returns whether a gRPC target leads to another machine. False for what is no target. */
export declare function isTargetOnNetwork(target: string | undefined): boolean;
