/** Where a server listens. */
export interface Address {
    /** A host name, an IPv4 address, or an IPv6 address without its brackets. */
    readonly host: string;
    /** 0 lets the system choose. */
    readonly port: number;
}
/** Reads `HOST:PORT` or `[IPV6]:PORT`, port 0 to 65535; undefined if the text has neither form. */
export declare function parseAddress(text: string): Address | undefined;
/** Whether only this machine can reach the host: 127.0.0.0/8, ::1 or localhost. */
export declare function isLoopback(host: string): boolean;
/** Whether somebody else than this machine can be reached at `HOST:PORT`. False of what has not that form. */
export declare function isOnNetwork(address: string | undefined): boolean;
