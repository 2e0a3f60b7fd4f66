import { claimOf } from "./claims.js";
import { bytesIn, parsedJson } from "./json_answer.js";
import { userUnauthenticated } from "./user_refusals.js";
const maxBytes = 1024 * 1024;
/** A JWT in the compact serialization: three parts if it is signed, five if it is encrypted. */
const compact = /^[\w-]+(?:\.[\w-]*){2,4}$/;
const encryptedParts = 5;
/**
 * Asks the UserInfo endpoint about the token's user. Follows no redirect, since the token would go along; reads at most 1 MiB.
 *
 * The content decides and not its declared type, which many endpoints get wrong: a JSON object or a JWT (OpenID Connect Core 1.0,
 * section 5.3.2). An answer that is too large or encrypted is unusable and decides nothing.
 *
 * @throws Refusal USER_UNAUTHENTICATED when the endpoint answers 401 or 403, or speaks of another user.
 * @throws Error when there is no answer in time, or one that is neither; the reason of the signal when the caller has gone.
 */
export async function fetchUserInfo(request) {
    const late = new AbortController();
    const stop = request.clock.after(request.timeout, () => {
        late.abort(new Error(`The UserInfo endpoint took longer than ${request.timeout} ms.`));
    });
    try {
        const answer = await fetch(request.uri, {
            headers: { authorization: `Bearer ${request.token}`, accept: "application/json, application/jwt" },
            redirect: "error",
            signal: request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal,
        });
        return await userInfoIn(answer, request);
    }
    finally {
        stop();
    }
}
async function userInfoIn(answer, request) {
    if (answer.status !== 200) {
        // Unread, the body would hold its connection.
        await answer.body?.cancel();
        if (answer.status === 401 || answer.status === 403) {
            throw userUnauthenticated(`The UserInfo endpoint answered ${answer.status}.`);
        }
        throw new Error(`The UserInfo endpoint answered ${answer.status}.`);
    }
    const bytes = await bytesIn(answer, maxBytes);
    if (!bytes)
        return { unusable: `The answer is larger than ${maxBytes} bytes.` };
    const text = bytes.toString("latin1").trim();
    const isJwt = compact.test(text);
    if (isJwt && text.split(".").length === encryptedParts)
        return { unusable: "The answer is encrypted." };
    const claims = isJwt ? await request.verify(text) : parsedJson(bytes);
    if (!isObject(claims))
        throw new Error("The UserInfo endpoint answered something else than a JSON object.");
    // Without this check a token could be given another user's description (OpenID Connect Core, section 5.3.2).
    if (claimOf(claims, "sub") !== request.subject) {
        throw userUnauthenticated("The UserInfo endpoint speaks of another user.");
    }
    return { claims };
}
function isObject(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
