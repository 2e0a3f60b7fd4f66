import * as z from "zod";
/** An address to connect to: as `address`, with a port that is not 0. */
export declare const remoteAddress: z.ZodString;
/** Target of a gRPC client. */
export declare const target: z.ZodString;
/** A key that seals handles: 32 random bytes, as base64url in its one canonical form. */
export declare const handleKey: z.ZodString;
/** A list without repetition. The later one of two equal entries is refused. */
export declare function distinct<T extends z.ZodType<readonly string[]>>(list: T): T;
/** A web origin exactly as browsers send it in the header `Origin`. On loopback the port may be `*`: any. */
export declare const origin: z.ZodString;
/** The issuer of tokens as OpenID Connect Core 1.0 has it: an https URL without query and fragment. */
export declare const issuerUrl: z.ZodString;
