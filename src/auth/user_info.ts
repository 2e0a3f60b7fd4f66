import { isObject } from "../base/is_object.js";
import type { Json } from "../domain/user.js";
import { type Claims, claimOf } from "./claims/claims.js";
import { type IssuerRequest, requestIssuer } from "./issuer_request.js";
import { isCompactJwt, parseJson, readBody } from "./response_body.js";
import { userUnauthenticated } from "./user_errors.js";

/** Request to an OpenID Connect UserInfo endpoint. */
export interface UserInfoRequest extends Omit<IssuerRequest, "endpoint"> {
  readonly token: string;
  /** Claim `sub` of the token. */
  readonly subject: string;
  /** Verifies a signed response with the keys of the issuer. */
  verify(jwt: string): Promise<Claims>;
}

/** Claims that the endpoint states about the user, or the reason why its response cannot be used. */
export type UserInfo = { readonly claims: Claims } | { readonly unusable: string };

const maxBytes = 1024 * 1024;

const jweParts = 5;

/**
 * Requests the claims of the token's user from the UserInfo endpoint. Follows no redirect. Reads at most 1 MiB.
 *
 * Detects a JSON object or a JWT by the content (OpenID Connect Core 1.0, section 5.3.2), since many
 * endpoints declare the wrong type. Resolves with `unusable`, and does not throw, if the response is too
 * large or encrypted.
 *
 * @throws TicketError USER_UNAUTHENTICATED when the endpoint returns 401 or 403, or describes another user.
 * @throws Error when there is no response in time, or it is neither a JSON object nor a JWT.
 * @throws the reason of the signal when it aborts.
 */
export function fetchUserInfo(request: UserInfoRequest): Promise<UserInfo> {
  const headers = { authorization: `Bearer ${request.token}`, accept: "application/json, application/jwt" };
  return requestIssuer({ ...request, endpoint: "UserInfo" }, { headers }, (response) =>
    readUserInfo(response, request),
  );
}

async function readUserInfo(response: Response, request: UserInfoRequest): Promise<UserInfo> {
  if (response.status !== 200) {
    // An unread body would keep its connection occupied.
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) {
      throw userUnauthenticated(`The UserInfo endpoint responded with status ${response.status}.`);
    }
    throw new Error(`The UserInfo endpoint responded with status ${response.status}.`);
  }
  const bytes = await readBody(response, maxBytes);
  if (!bytes) return { unusable: `The response is larger than ${maxBytes} bytes.` };
  const text = bytes.toString("latin1").trim();
  const isJwt = isCompactJwt(text);
  if (isJwt && text.split(".").length === jweParts) return { unusable: "The response is encrypted." };
  const claims = isJwt ? await request.verify(text) : parseJson(bytes);
  if (!isObject<Json>(claims)) throw new Error("The UserInfo response is not a JSON object.");
  // Otherwise the user could get another user's profile (OpenID Connect Core, section 5.3.2).
  if (claimOf(claims, "sub") !== request.subject) {
    throw userUnauthenticated("The UserInfo response is about another user.");
  }
  return { claims };
}
