import type { IncomingHttpHeaders } from "node:http2";
/** Returns the size of a header list as RFC 9113 counts it: bytes of names and values, and 32 for each field. */
export declare function listSizeOf(rawHeaders: readonly string[]): number;
/** Returns how many ordinary calls one with metadata of this size counts for, at least 1. */
export declare function weightOf(listSize: number): number;
/** Removes the fields that nothing reads. grpc-js keeps the metadata as long as its call lasts, which may be hours. */
export declare function dropUnreadFields(headers: IncomingHttpHeaders): void;
