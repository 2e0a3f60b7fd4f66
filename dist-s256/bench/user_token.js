import { SignJWT } from "jose";
import { userKey, userPool } from "./servers.js";
/** A token of the benchmark's one user. */
export function userToken() {
    return new SignJWT({ nickname: "Alice" })
        .setProtectedHeader({ alg: "HS256" })
        .setSubject("alice")
        .setIssuer(userPool.issuer)
        .setAudience(userPool.audience)
        .setExpirationTime("1h")
        .sign(Buffer.from(userKey));
}
