import type { FastifyInstance } from "fastify";
import { millisecondsOf } from "../../base/durations.js";
import type { ExchangeUserInfoResponse } from "../../client/index.js";
import { HttpError, tokensNotSigned } from "../http/http_error.js";
import { validate } from "../http/validation.js";
import type { AuthingContext } from "./context.js";
import { createErrorHandler, rejectOtherPaths, version3Envelope } from "./envelope.js";
import { toProfile } from "./oidc/token_user.js";
import { type PhoneAction, userTokenOf } from "./phone_actions.js";
import type { AuthingState } from "./polls.js";
import { actionBody, appSecretBody, exchangeBody, geneV3Body, qrcodeIdParameter } from "./schemas.js";

/** State of the code after each action of the phone. */
const stateByAction: Readonly<Record<PhoneAction, AuthingState>> = {
  SCAN: "SCANNED",
  CONFIRM: "AUTHORIZED",
  CANCEL: "CANCELLED",
};

/**
 * Adds version 3 of the Authing API, which Authing's server SDKs use. Where a route has two paths, the second
 * is the older.
 */
export async function version3Routes(instance: FastifyInstance, context: AuthingContext): Promise<void> {
  const { codes, polls, exchange, performPhoneAction, signingKeyCache, rateLimits } = context;
  const { authenticateApp, verifyPresentedToken } = context;
  const { success } = version3Envelope;
  instance.setErrorHandler(createErrorHandler(version3Envelope));

  instance.post("/gene-qrcode", rateLimits.createTicket, async (request, reply) => {
    const { customData } = validate(geneV3Body, request.body);
    const { handleOrTicketId, imageUrl } = await codes.create(request, reply, { customData });
    return success(request, "the code is ready", { qrcodeId: handleOrTicketId, url: imageUrl });
  });

  for (const path of ["get-qrcode-status", "check-qrcode-status"]) {
    instance.get(`/${path}`, rateLimits.unlimited, async (request) => {
      const { qrcodeId } = validate(qrcodeIdParameter, request.query);
      const ticket = await codes.open(request, qrcodeId);
      const poll = await polls.poll(request, ticket, signingKeyCache.areConfigured);
      const { scannedBy } = poll;
      return success(request, "the status of the code", {
        status: poll.state,
        ...(scannedBy && { briefUserInfo: { displayName: scannedBy.nickname, photo: scannedBy.photoUrl } }),
        ...(poll.ticket !== undefined && { ticket: poll.ticket }),
        ...(poll.signedIn && { tokenSet: toTokenSet(poll.signedIn) }),
      });
    });
  }

  for (const path of ["set-qrcode-status", "change-qrcode-status"]) {
    instance.post(`/${path}`, rateLimits.calls, async (request) => {
      const { qrcodeId, action } = validate(actionBody, request.body);
      const { description, scanDetails } = await performPhoneAction(request, action, qrcodeId);
      return success(request, description, { qrcodeId, status: stateByAction[action], ...scanDetails });
    });
  }

  instance.post("/exchange-tokenset-with-qrcode-ticket", rateLimits.calls, async (request) => {
    const fields = validate(exchangeBody, request.body);
    // Checked before the exchange, which would use up the ticket and then return no tokens.
    if (!(await signingKeyCache.areConfigured())) throw tokensNotSigned();
    return success(request, "the user has signed in", toTokenSet(await exchange(request, fields)));
  });

  instance.post("/check-app-id-secret", rateLimits.calls, async (request) => {
    const credentials = validate(appSecretBody, request.body);
    try {
      await authenticateApp(request, credentials);
      return success(request, "the credential is checked", { valid: true });
    } catch (error) {
      if (!(error instanceof HttpError && error.reason === "APP_UNAUTHENTICATED")) throw error;
      const message = "there is no app with this id and this secret";
      return success(request, "the credential is checked", { valid: false, message });
    }
  });

  instance.get("/get-profile", rateLimits.calls, async (request) => {
    const token = await verifyPresentedToken(request, userTokenOf(request), "access");
    return success(request, "the profile in the access token", toProfile(token));
  });
}

/** Adds a route for the paths of version 3 that are not served, such as those that manage users. */
export async function unknownVersion3Routes(instance: FastifyInstance): Promise<void> {
  instance.setErrorHandler(createErrorHandler(version3Envelope));
  rejectOtherPaths(instance);
}

/**
 * Returns the token set of a response in the form of V3.
 *
 * @throws HttpError TOKENS_NOT_SIGNED if the response has none.
 */
function toTokenSet({ tokenSet }: ExchangeUserInfoResponse): Record<string, unknown> {
  if (!tokenSet) throw tokensNotSigned();
  const lifetime = Math.floor(millisecondsOf(tokenSet.remainingDuration) / 1_000);
  return {
    scope: "openid profile email phone",
    access_token: tokenSet.accessToken,
    id_token: tokenSet.idToken,
    token_type: "Bearer",
    // `expire_in` in the Authing API, `expires_in` in RFC 6749.
    expire_in: lifetime,
    expires_in: lifetime,
  };
}
