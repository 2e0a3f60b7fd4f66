import type { FastifyInstance } from "fastify";
import { routeNotFound } from "../http/http_error.js";
import { validate } from "../http/validation.js";
import type { AuthingContext } from "./context.js";
import { createErrorHandler, version2Envelope } from "./envelope.js";
import type { PhoneAction } from "./phone_actions.js";
import type { AuthingState } from "./polls.js";
import { exchangeBody, geneBody, randomField } from "./schemas.js";
import { toBriefUser, toFullUser } from "./user.js";

/** Numbers of the states. They must not be strings: an SDK compares them without conversion. */
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
    const { random } = validate(randomField, request.query);
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

  instance.post("/userinfo", rateLimits.other, async (request) => {
    const signedIn = await exchange(request, validate(exchangeBody, request.body));
    return success(request, "the user has signed in", toFullUser(signedIn));
  });

  for (const [path, { action, status }] of Object.entries(phoneRoutes)) {
    instance.post(`/${path}`, rateLimits.other, async (request) => {
      const { random } = validate(randomField, request.body);
      const { description, scanDetails } = await performPhoneAction(request, action, random);
      return success(request, description, { random, status, description, ...scanDetails });
    });
  }

  // The server's own "not found" line would show the URL, and with it a handle.
  instance.route({
    method: ["GET", "POST"],
    url: "/*",
    handler: async () => {
      throw routeNotFound();
    },
  });
}
