import type { Clock } from "../domain/clock.js";
import type { Json } from "../domain/user.js";
import { type Claims, claimOf } from "./claims.js";
import { jsonIn } from "./json_answer.js";
import { userUnauthenticated } from "./user_refusals.js";

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
}

const maxBytes = 64 * 1024;

const json = /^application\/(?:[\w.+-]+\+)?json\s*(?:;|$)/i;

/**
 * The claims that the UserInfo endpoint states about the token's user. Follows no redirect, since the token would go along;
 * reads at most 64 KiB.
 *
 * @throws Refusal USER_UNAUTHENTICATED when the endpoint answers 401 or 403, or speaks of another user.
 * @throws Error when there is no usable answer in time; the reason of the signal when the caller has gone.
 */
export async function fetchUserInfo(request: UserInfoRequest): Promise<Claims> {
  const late = new AbortController();
  const stop = request.clock.after(request.timeout, () => {
    late.abort(new Error(`The UserInfo endpoint took longer than ${request.timeout} ms.`));
  });
  try {
    const answer = await fetch(request.uri, {
      headers: { authorization: `Bearer ${request.token}`, accept: "application/json" },
      redirect: "error",
      signal: request.signal ? AbortSignal.any([request.signal, late.signal]) : late.signal,
    });
    return await claimsIn(answer, request.subject);
  } finally {
    stop();
  }
}

async function claimsIn(answer: Response, subject: string): Promise<Claims> {
  if (answer.status !== 200) {
    // Unread, the body would hold its connection.
    await answer.body?.cancel();
    if (answer.status === 401 || answer.status === 403) {
      throw userUnauthenticated(`The UserInfo endpoint answered ${answer.status}.`);
    }
    throw new Error(`The UserInfo endpoint answered ${answer.status}.`);
  }
  if (!json.test(answer.headers.get("content-type") ?? "")) {
    await answer.body?.cancel();
    throw new Error("The UserInfo endpoint answered something else than JSON.");
  }
  const claims = await jsonIn(answer, maxBytes);
  if (!isObject(claims)) throw new Error("The UserInfo endpoint answered something else than a JSON object.");
  // Without this check a token could be given another user's description (OpenID Connect Core, section 5.3.2).
  if (claimOf(claims, "sub") !== subject) {
    throw userUnauthenticated("The UserInfo endpoint speaks of another user.");
  }
  return claims;
}

function isObject(value: unknown): value is { [key: string]: Json } {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
