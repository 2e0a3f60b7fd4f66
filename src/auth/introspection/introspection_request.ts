import { isObject } from "../../base/is_object.js";
import type { IntrospectionConfig } from "../../config/config.js";
import type { Json } from "../../domain/user.js";
import { type Claims, claimOf } from "../claims/claims.js";
import { type IssuerRequest, requestIssuer } from "../issuer_request.js";
import { isCompactJwt, parseJson, readBody } from "../response_body.js";

/** Members of the response about an active token, or the reason why the endpoint rejects the token. */
export type IntrospectionResult = { readonly claims: Claims } | { readonly rejection: string };

/**
 * Error of a response that cannot be used, although the endpoint is available. The token may be the cause, and anybody
 * can send any token.
 */
export class UnusableResponseError extends Error {
  constructor(message: string) {
    super(message);
    this.name = "UnusableResponseError";
  }
}

/** Largest response that is read, in bytes. Its claims are cached with the token, unlike those of UserInfo. */
const maxBytes = 64 * 1024;

/** Statuses of an endpoint that cannot answer now, whatever the token is. */
const unavailableStatuses: readonly number[] = [429, 502, 503, 504];

/** Errors by which endpoints reject a token of a format that they do not know (RFC 7009, RFC 6750). */
const tokenErrors: readonly unknown[] = ["unsupported_token_type", "invalid_token"];

/**
 * Asks the endpoint about a token (RFC 7662). Follows no redirect. Reads at most 64 KiB.
 *
 * @throws UnusableResponseError when the response is not a JSON object with the boolean `active`.
 * @throws Error when the endpoint gives no response in time, rejects the client, or reports that it is unavailable.
 */
export function requestIntrospection(
  token: string,
  client: IntrospectionConfig,
  request: Pick<IssuerRequest, "timeout" | "clock" | "outgoing">,
): Promise<IntrospectionResult> {
  const { clientId, clientSecret, authMethod } = client;
  const isInBody = authMethod === "client_secret_post";
  const body = new URLSearchParams({
    token,
    token_type_hint: "access_token",
    ...(isInBody && { client_id: clientId, client_secret: clientSecret }),
  });
  const headers = {
    accept: "application/json",
    ...(!isInBody && { authorization: formatClientCredentials(clientId, clientSecret) }),
  };
  return requestIssuer(
    { ...request, uri: client.uri, endpoint: "introspection" },
    { method: "POST", headers, body },
    readIntrospection,
  );
}

/** Returns the value of `authorization`. Both parts are form-encoded first (RFC 6749, section 2.3.1). */
function formatClientCredentials(clientId: string, clientSecret: string): string {
  const [id, secret] = [clientId, clientSecret].map((text) =>
    new URLSearchParams([["", text]]).toString().slice(1),
  );
  return `Basic ${Buffer.from(`${id}:${secret}`).toString("base64")}`;
}

async function readIntrospection(response: Response): Promise<IntrospectionResult> {
  const { status } = response;
  if (status !== 200 && status !== 400) {
    // An unread body would keep its connection occupied.
    await response.body?.cancel();
    throw statusError(status);
  }
  const bytes = await readBody(response, maxBytes);
  if (!bytes) throw new UnusableResponseError(`The introspection response is larger than ${maxBytes} bytes.`);
  const members = parseMembers(bytes);
  if (status === 400) {
    if (!members || !tokenErrors.includes(claimOf(members, "error"))) throw statusError(status);
    return { rejection: "The introspection endpoint does not accept tokens of this format." };
  }
  const active = members && claimOf(members, "active");
  if (typeof active !== "boolean") throw new UnusableResponseError(describeUnusable(bytes));
  return members && active
    ? { claims: members }
    : { rejection: "The introspection endpoint responded that the token is not active." };
}

function statusError(status: number): Error {
  const text = `The introspection endpoint responded with status ${status}`;
  if (status === 401) return new Error(`${text}: it rejects clientId and clientSecret, or the authMethod.`);
  return unavailableStatuses.includes(status) ? new Error(`${text}.`) : new UnusableResponseError(`${text}.`);
}

/** Returns the members of a JSON object, without those that are null; undefined for any other body. */
function parseMembers(bytes: Uint8Array): Claims | undefined {
  try {
    const value = parseJson(bytes);
    if (!isObject<Json>(value)) return undefined;
    // Some endpoints write null for an absent member.
    return Object.fromEntries(Object.entries(value).filter(([, member]) => member !== null));
  } catch {
    // The caller reports it, with what the body is instead.
    return undefined;
  }
}

function describeUnusable(bytes: Buffer): string {
  return isCompactJwt(bytes.toString("latin1").trim())
    ? "The introspection response is a JWT (RFC 9701), which is not supported: let the endpoint respond with JSON."
    : "The introspection response is not a JSON object with the member active, true or false.";
}
