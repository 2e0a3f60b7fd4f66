import type { FastifyInstance } from "fastify";
import type { ExchangeUserInfoResponse, ScannedBy } from "../../client/index.js";
import { validate } from "../http/validation.js";
import type { AuthingContext } from "./context.js";
import { createErrorHandler, rejectOtherPaths, version2Envelope } from "./envelope.js";
import type { PhoneAction } from "./phone_actions.js";
import type { AuthingState } from "./polls.js";
import { exchangeBody, geneBody, randomParameter } from "./schemas.js";

/** Numbers of the states. They must not be strings, since an SDK compares them without conversion. */
const statusByState: Readonly<Record<AuthingState, number>> = {
  EXPIRED: -1,
  PENDING: 0,
  SCANNED: 1,
  AUTHORIZED: 2,
  CANCELLED: 3,
};

/**
 * The phone's routes. Their `status` numbers differ from those of the states, as Authing's API reference
 * specifies.
 */
const phoneRoutes: Readonly<Record<string, { readonly action: PhoneAction; readonly status: number }>> = {
  scanned: { action: "SCAN", status: 0 },
  confirm: { action: "CONFIRM", status: 1 },
  cancel: { action: "CANCEL", status: -1 },
};

/** Adds version 2 of the Authing API, which Authing's browser SDK uses. */
export async function version2Routes(instance: FastifyInstance, context: AuthingContext): Promise<void> {
  const { codes, polls, exchange, performPhoneAction, rateLimits } = context;
  const { success } = version2Envelope;
  instance.setErrorHandler(createErrorHandler(version2Envelope));

  instance.post("/gene", rateLimits.createTicket, async (request, reply) => {
    const parameters = validate(geneBody, request.body);
    const { handleOrTicketId, imageUrl, expiresInSeconds } = await codes.create(request, reply, parameters);
    return success(request, "the code is ready", {
      random: handleOrTicketId,
      url: imageUrl,
      expiresIn: expiresInSeconds,
    });
  });

  instance.get("/check", rateLimits.unlimited, async (request) => {
    const { random } = validate(randomParameter, request.query);
    const ticket = await codes.open(request, random);
    const poll = await polls.poll(request, ticket, async () => true);
    return success(request, "the status of the code", {
      random,
      status: statusByState[poll.state],
      ticket: poll.ticket ?? null,
      userInfo: poll.signedIn ? toFullUser(poll.signedIn) : toBriefUser(poll.scannedBy),
      scannedUserId: null,
      scannedResult: null,
    });
  });

  instance.post("/userinfo", rateLimits.calls, async (request) => {
    const signedIn = await exchange(request, validate(exchangeBody, request.body));
    return success(request, "the user has signed in", toFullUser(signedIn));
  });

  for (const [path, { action, status }] of Object.entries(phoneRoutes)) {
    instance.post(`/${path}`, rateLimits.calls, async (request) => {
      const { random } = validate(randomParameter, request.body);
      const { description, scanDetails } = await performPhoneAction(request, action, random);
      return success(request, description, { random, status, description, ...scanDetails });
    });
  }

  // Replaces the server's own "not found" response, whose log line would show the URL, and with it a handle.
  rejectOtherPaths(instance);
}

/** Returns the scanner's profile for a page. Always an object, since an SDK reads its fields without a check. */
function toBriefUser(scannedBy: ScannedBy | undefined): Record<string, unknown> {
  return scannedBy ? { nickname: scannedBy.nickname, photo: scannedBy.photoUrl } : {};
}

/**
 * Returns the signed-in user in the form of V2. Unknown fields are empty strings; without a token, `token` is
 * null.
 */
function toFullUser({
  user,
  userPoolId,
  approval,
  tokenSet,
}: ExchangeUserInfoResponse): Record<string, unknown> {
  const claims: Readonly<Record<string, unknown>> = user?.claims ?? {};
  const { preferred_username: username } = claims;
  return {
    id: user?.userId ?? "",
    userPoolId,
    username: typeof username === "string" ? username : "",
    nickname: user?.nickname ?? "",
    name: user?.name ?? "",
    photo: user?.photoUrl ?? "",
    email: user?.email ?? "",
    emailVerified: user?.emailVerified ?? false,
    phone: user?.phone ?? "",
    phoneVerified: user?.phoneVerified ?? false,
    customData: claims,
    token: tokenSet?.idToken ?? null,
    // Not part of Authing's API, whose token is for all calls.
    accessToken: tokenSet?.accessToken ?? null,
    tokenExpiredAt: tokenSet?.expireTime?.toISOString() ?? null,
    lastLogin: approval?.approveTime?.toISOString() ?? null,
  };
}
