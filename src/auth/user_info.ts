import type { Clock } from "../base/clock.js";
import type { Json } from "../domain/user.js";
import { type Claims, claimOf } from "./claims/claims.js";
import { parseJson, readBody } from "./response_body.js";
import { userUnauthenticated } from "./user_errors.js";

/** A question to an OpenID Connect UserInfo endpoint. */
export interface UserInfoRequest {
  readonly uri: string;
  readonly token: string;
  /** Claim `sub` of the token. */
  readonly subject: string;
  /** How long the whole answer may take, in milliseconds. */
  readonly timeout: number;
  readonly clock: Clock;
  readonly signal: AbortSignal | undefined;
  /** Verifies a signed answer with the keys of the issuer. */
  verify(jwt: string): Promise<Claims>;
}

/** Claims that the endpoint states about the user, or the reason why its answer cannot be used. */
export type UserInfo = { readonly claims: Claims } | { readonly unusable: string };

const maxBytes = 1024 * 1024;

/** A JWT in the compact serialization: three parts if it is signed, five if it is encrypted. */
const compactJwt = /^[\w-]+(?:\.[\w-]*){2,4}$/;
const jweParts = 5;

/**
 * Asks the UserInfo endpoint about the token's user. Follows no redirect, since the token would go along; reads at most 1 MiB.
 *
 * The content decides and not its declared type, which many endpoints get wrong: a JSON object or a JWT (OpenID Connect Core 1.0,
 * section 5.3.2). An answer that is too large or encrypted is unusable and decides nothing.
 *
 * @throws TicketError USER_UNAUTHENTICATED when the endpoint answers 401 or 403, or speaks of another user.
 * @throws Error when there is no answer in time, or one that is neither; the reason of the signal when the caller has gone.
 */
export async function fetchUserInfo(request: UserInfoRequest): Promise<UserInfo> {
  const timeoutController = new AbortController();
  const cancelTimeout = request.clock.after(request.timeout, () => {
    timeoutController.abort(new Error(`The UserInfo endpoint took longer than ${request.timeout} ms.`));
  });
  try {
    const response = await fetch(request.uri, {
      headers: { authorization: `Bearer ${request.token}`, accept: "application/json, application/jwt" },
      redirect: "error",
      signal: request.signal
        ? AbortSignal.any([request.signal, timeoutController.signal])
        : timeoutController.signal,
    });
    return await readUserInfo(response, request);
  } finally {
    cancelTimeout();
  }
}

async function readUserInfo(response: Response, request: UserInfoRequest): Promise<UserInfo> {
  if (response.status !== 200) {
    // Unread, the body would hold its connection.
    await response.body?.cancel();
    if (response.status === 401 || response.status === 403) {
      throw userUnauthenticated(`The UserInfo endpoint answered ${response.status}.`);
    }
    throw new Error(`The UserInfo endpoint answered ${response.status}.`);
  }
  const bytes = await readBody(response, maxBytes);
  if (!bytes) return { unusable: `The answer is larger than ${maxBytes} bytes.` };
  const text = bytes.toString("latin1").trim();
  const isJwt = compactJwt.test(text);
  if (isJwt && text.split(".").length === jweParts) return { unusable: "The answer is encrypted." };
  const claims = isJwt ? await request.verify(text) : parseJson(bytes);
  if (!isObject(claims)) throw new Error("The UserInfo endpoint answered something else than a JSON object.");
  // Without this check a token could be given another user's description (OpenID Connect Core, section 5.3.2).
  if (claimOf(claims, "sub") !== request.subject) {
    throw userUnauthenticated("The UserInfo endpoint speaks of another user.");
  }
  return { claims };
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
