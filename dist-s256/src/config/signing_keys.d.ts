import { type JsonWebKeyInput, type KeyObject } from "node:crypto";
/** The private key in a PEM file that may sign tokens, or why there is none, for people. */
export declare function readSigningKey(file: string): {
    readonly key: KeyObject;
} | {
    readonly failure: string;
};
/** Whether a JWK is the public half of a private key, however it writes its numbers. */
export declare function isKeyOf(key: KeyObject, jwk: JsonWebKeyInput["key"]): boolean;
/** Whether two private keys are the same one. */
export declare function isSameKey(a: KeyObject, b: KeyObject): boolean;
