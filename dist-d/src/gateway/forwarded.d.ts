import type { IncomingHttpHeaders } from "node:http";
/** The headers by which a proxy can tell the address of its client. One of them is believed. */
export declare const clientAddressHeaders: readonly ["x-forwarded-for", "x-real-ip"];
export type ClientAddressHeader = (typeof clientAddressHeaders)[number];
/** Whose forwarded headers are believed, and which. */
export interface ForwardedRules {
    readonly isProxy: (address: string) => boolean;
    readonly clientAddressHeader: ClientAddressHeader;
}
/** Returns a function that reports whether an address is in one of the networks (CIDR) or equal to one of the addresses. */
export declare function proxiesIn(networks: readonly string[]): (address: string) => boolean;
/**
 * Leaves in the headers of a request what may be believed, in the form that fastify reads. Of a caller that is no trusted proxy
 * that is nothing. Of a proxy, `X-Forwarded-For` becomes the one address that the configured header says, or `unknown` where it
 * says none: the proxy's own address is not the client's.
 */
export declare function admitForwarded(headers: IncomingHttpHeaders, peer: string, rules: ForwardedRules): void;
