import * as z from "zod";
import type { Mistake } from "./problems.js";
import type { Path } from "./schema_tree.js";
declare const publicKey: z.ZodObject<{
    kty: z.ZodString;
    crv: z.ZodExactOptional<z.ZodString>;
    x: z.ZodExactOptional<z.ZodString>;
    y: z.ZodExactOptional<z.ZodString>;
    n: z.ZodExactOptional<z.ZodString>;
    e: z.ZodExactOptional<z.ZodString>;
    d: z.ZodExactOptional<z.ZodNever>;
    k: z.ZodExactOptional<z.ZodNever>;
    priv: z.ZodExactOptional<z.ZodNever>;
}, z.core.$strip>;
/** A public key as a JWK, without what says how to use it. */
export type PublicKey = z.output<typeof publicKey>;
/** The public keys in a file that should hold a JSON Web Key Set (RFC 7517); none if it holds anything else. */
export declare function publicKeysIn(file: string): readonly PublicKey[];
/**
 * What is wrong with a file that should hold a JSON Web Key Set of public keys, none of them the development
 * key; undefined if nothing is.
 */
export declare function keySetFailure(file: string): string | undefined;
/** What is wrong with the files of a certificate and its key at a path, as far as their names are known. */
export declare function tlsMistakes(path: Path, tls?: {
    certFile?: string | undefined;
    keyFile?: string | undefined;
}): Mistake[];
/** What is wrong with a file that should hold certificates; undefined if nothing is. */
export declare function certificatesFailure(file: string): string | undefined;
export {};
