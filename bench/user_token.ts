import { SignJWT } from "jose";
import { userKey, userPool } from "./servers.js";

/** Creates a token of the benchmark's only user. */
export function userToken(): Promise<string> {
  return new SignJWT({ nickname: "Alice" })
    .setProtectedHeader({ alg: "HS256" })
    .setSubject("alice")
    .setIssuer(userPool.issuer)
    .setAudience(userPool.audience)
    .setExpirationTime("1h")
    .sign(Buffer.from(userKey));
}
