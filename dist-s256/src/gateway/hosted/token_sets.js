import { isQrLoginError } from "../../client/index.js";
import { millisecondsOf } from "../../domain/durations.js";
import { HttpRefusal } from "../refusal.js";
/** How long the answer of the service is believed. It changes with its configuration only. */
const believedMs = 60_000;
export function createTokenSets({ client, clock }) {
    let known;
    return {
        async areSigned() {
            if (known && known.until > clock.now())
                return known.signed;
            const signed = await asked();
            known = { signed, until: clock.now() + believedMs };
            return signed;
        },
        of({ tokenSet }) {
            if (!tokenSet)
                throw tokensNotSigned();
            const lifetime = Math.floor(millisecondsOf(tokenSet.remainingDuration) / 1_000);
            return {
                scope: "openid profile email phone",
                access_token: tokenSet.accessToken,
                id_token: tokenSet.idToken,
                token_type: "Bearer",
                // Without the s in the hosted API, with it in RFC 6749.
                expire_in: lifetime,
                expires_in: lifetime,
            };
        },
    };
    async function asked() {
        try {
            return (await client.getSigningKeys()).issuer !== "";
        }
        catch (error) {
            // A release that does not know the question signs none.
            if (isQrLoginError(error) && error.codeName === "UNIMPLEMENTED")
                return false;
            throw error;
        }
    }
}
export function tokensNotSigned() {
    const text = "the sign-in service is not configured to sign tokens; take the user information instead";
    return new HttpRefusal(501, "TOKENS_NOT_SIGNED", text);
}
