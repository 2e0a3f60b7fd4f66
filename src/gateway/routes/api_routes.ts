import type { FastifyInstance, FastifyRequest } from "fastify";
import type { CheckCodeResponse, CreateTicketResponse, WithdrawResponse } from "../../http_types.js";
import type { ImageOptions } from "../../qr/image_renderer.js";
import { readBasicCredentials } from "../access/app_registry.js";
import { callingBrowserOf, ensureBrowserCookie } from "../access/browser_cookie.js";
import { checkAppOrigin } from "../access/origin_check.js";
import { checkPageFields } from "../access/page_fields.js";
import type { RateLimits } from "../access/rate_limits.js";
import { requesterContextOf } from "../access/requester.js";
import type { GatewayContext } from "../context.js";
import { addressKeyOf } from "../http/client_address.js";
import { disconnectSignalOf } from "../http/disconnect_signal.js";
import { HttpError, invalidRequest, routeNotFound, ticketNotFound } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";
import { annotateLog } from "../http/request_log.js";
import { isCrossOrigin } from "../http/request_origin.js";
import { singleValue, validate } from "../http/validation.js";
import { completesSignIn, exposesExchangeTicket } from "../tickets/exchange_policy.js";
import { appUnauthenticated } from "../tickets/exchanges.js";
import type { PageTicket } from "../tickets/page_tickets.js";
import { createTicketResponses, toExchangeResponse } from "../tickets/responses.js";
import { originRoute } from "./origin_route.js";
import {
  checkCodeBody,
  createTicketBody,
  exchangeBody,
  handleBody,
  parseImageOptions,
  toPngOptions,
} from "./schemas.js";
import { createStatusStream } from "./status_stream.js";
import { widgetRoute } from "./widget_route.js";

/** Header that carries the handle of a request without a body. */
const handleHeader = "qrlogin-handle";

/** Time that the first poll waits for a status, in milliseconds. Later polls find one in the watch hub. */
const firstStatusTimeoutMs = 2_000;

/** Adds the routes of the gateway's own API, which the widget uses. `docs/gateway.md` describes it. */
export async function apiRoutes(
  instance: FastifyInstance,
  context: GatewayContext,
  { createTicket, calls, unlimited }: RateLimits,
): Promise<void> {
  const { apps, pageTickets, watchHub, exchanges, qrImages, appClient, clock, onSignIn } = context;
  const responses = createTicketResponses(async (qrContent, lifetimeMs) => {
    const name = await qrImages.sealName(qrContent, clock.wallNow() + lifetimeMs);
    const path = `${instance.prefix}/pictures/${name}`;
    return { svg: `${path}.svg`, png: `${path}.png` };
  });
  const streamStatus = createStatusStream(context, responses);

  async function openHandle(request: FastifyRequest, handle: string | undefined): Promise<PageTicket> {
    if (handle === undefined) throw ticketNotFound();
    const ticket = await pageTickets.open("handle", handle, callingBrowserOf(request));
    checkAppOrigin(request, ticket.app);
    annotateLog(request, { app: ticket.app.id, ticketId: ticket.ticketId });
    return ticket;
  }

  instance.post("/tickets", createTicket, async (request, reply): Promise<CreateTicketResponse> => {
    const { appId, ttlMs, codeChallenge, ...fields } = validate(createTicketBody, request.body);
    const app = apps.resolve(appId);
    checkAppOrigin(request, app);
    checkPageFields(request, app, fields);
    const boundTo = app.bindToBrowser
      ? ensureBrowserCookie(request, reply, isCrossOrigin(request))
      : undefined;
    if (codeChallenge !== undefined && completesSignIn(context, { boundTo })) throw codeChallengeNotAllowed();
    const { scene, customData, ...details } = fields;
    const parameters = {
      scene,
      customData,
      ttlMs,
      codeChallenge,
      requester: requesterContextOf(request, details),
    };
    const created = await pageTickets.create(
      app,
      parameters,
      { kind: "handle", boundTo },
      requestIdOf(request),
    );
    annotateLog(request, { app: app.id, ticketId: created.ticketId });
    reply.code(201);
    return responses.toCreateTicketResponse(created, app.display);
  });

  instance.get("/tickets/status", unlimited, async (request) => {
    const ticket = await openHandle(request, singleValue(request.headers[handleHeader]));
    const snapshot = await watchHub.latest(ticket, firstStatusTimeoutMs, requestIdOf(request));
    if (!snapshot) {
      const text = "the sign-in service cannot be reached";
      throw new HttpError(503, "SERVICE_UNAVAILABLE", text, { retryAfterMs: 1_000 });
    }
    return responses.toStatusResponse(snapshot, exposesExchangeTicket(context, ticket));
  });

  // Without a HEAD route, which would open a stream that nobody reads.
  const streamOptions = {
    ...unlimited,
    exposeHeadRoute: false,
    config: { ...unlimited.config, isStream: true },
  };
  instance.get("/tickets/events", streamOptions, async (request, reply) => {
    // EventSource cannot send headers, so the handle may also be a query parameter.
    const query = request.query as Readonly<Record<string, unknown>>;
    const handle = singleValue(request.headers[handleHeader]) ?? singleValue(query.handle);
    return streamStatus(await openHandle(request, handle), request, reply);
  });

  instance.post("/tickets/check-code", calls, async (request): Promise<CheckCodeResponse> => {
    const { handle, checkCode } = validate(checkCodeBody, request.body);
    const { credentials, ticketId, ticketSecret } = await openHandle(request, handle);
    const { ipAddress } = requesterContextOf(request);
    const { revision } = await appClient.submitCheckCode(
      { ticketId, ticketSecret, checkCode, ipAddress },
      { credentials, requestId: requestIdOf(request) },
    );
    return { state: "AUTHORIZED", revision };
  });

  instance.post("/tickets/withdraw", calls, async (request): Promise<WithdrawResponse> => {
    const ticket = await openHandle(request, validate(handleBody, request.body).handle);
    const { credentials, ticketId, ticketSecret } = ticket;
    const options = { credentials, requestId: requestIdOf(request) };
    const { revision } = await appClient.withdraw({ ticketId, ticketSecret }, options);
    return { state: "CANCELLED", revision };
  });

  instance.post("/tickets/exchange", calls, async (request) => {
    if (!hasHandle(request.body)) {
      const { exchangeTicket, codeVerifier } = validate(exchangeBody, request.body);
      const credentials = readBasicCredentials(request.headers.authorization, apps);
      const app = apps.find(credentials?.appId);
      if (!credentials || !app) {
        annotateLog(request, {
          cause: credentials
            ? "the app id of the credential is not configured at this gateway"
            : "the request has no Basic credential",
        });
        throw appUnauthenticated();
      }
      annotateLog(request, { app: app.id });
      return toExchangeResponse(
        await exchanges.withCallerCredentials(
          credentials,
          exchangeTicket,
          codeVerifier,
          requestIdOf(request),
        ),
      );
    }
    const ticket = await openHandle(request, validate(handleBody, request.body).handle);
    if (!ticket.app.exchangeFromBrowser || ticket.boundTo === undefined) throw exchangeNotAllowed();
    return toExchangeResponse(await exchanges.withGatewayCredentials(ticket, requestIdOf(request)));
  });

  instance.post("/tickets/complete", calls, async (request, reply) => {
    const ticket = await openHandle(request, validate(handleBody, request.body).handle);
    if (onSignIn && completesSignIn(context, ticket)) {
      const response = await exchanges.withGatewayCredentials(ticket, requestIdOf(request));
      try {
        return await onSignIn({ ...response, appId: ticket.app.id }, request, reply);
      } catch (cause) {
        // The site's own error, whatever status or reason it has.
        throw new HttpError(500, "INTERNAL", "internal error", { cause });
      }
    }
    // Pages that received no exchange ticket call this route. If that is for lack of a code challenge, the error
    // says so.
    throw exposesExchangeTicket(context, ticket) ? exchangeNotAllowed() : codeChallengeRequired();
  });

  originRoute(instance, apps, calls);
  await widgetRoute(instance);

  // A wildcard, since names are longer than a server accepts as a route parameter by default.
  instance.get("/pictures/*", calls, async (request, reply) => {
    const { "*": file } = request.params as { "*": string };
    const { name, format } = /^(?<name>.+)\.(?<format>svg|png)$/.exec(file)?.groups ?? {};
    if (name === undefined || format === undefined) throw ticketNotFound();
    const requested = parseImageOptions(request.query);
    const options: ImageOptions =
      format === "png" ? toPngOptions(requested) : { ...requested, format: "SVG" };
    const caller = { address: addressKeyOf(request), signal: disconnectSignalOf(reply) };
    const image = await qrImages.drawNamed(name, options, caller);
    return reply
      .header("cache-control", "private, max-age=600, immutable")
      .header("cross-origin-resource-policy", "cross-origin")
      .type(image.mediaType)
      .send(Buffer.from(image.data));
  });

  // Replaces the server's own "not found" response, whose log line would show the URL, and with it a handle that
  // was sent to a wrong path.
  const methods = ["GET", "POST", "PUT", "PATCH", "DELETE"];
  instance.route({
    method: methods,
    url: "/*",
    config: { isCatchAll: true },
    handler: async () => {
      throw routeNotFound();
    },
  });
}

function hasHandle(body: unknown): boolean {
  return typeof body === "object" && body !== null && "handle" in body;
}

/**
 * Creates the error for a code challenge when the gateway completes the sign-in. The gateway has no verifier, so
 * the exchange would fail after the approval.
 */
function codeChallengeNotAllowed(): HttpError {
  const description = "must not be given: this gateway completes the sign-in itself";
  return invalidRequest("the request is not valid", [{ field: "codeChallenge", description }]);
}

function codeChallengeRequired(): HttpError {
  const text =
    "the ticket was created without a codeChallenge of your backend, so pages do not receive its exchange ticket";
  return new HttpError(403, "CODE_CHALLENGE_REQUIRED", text);
}

/**
 * Creates the error for a handle that the gateway does not exchange. It exchanges only bound handles. With an
 * unbound one, anybody who found it could use the gateway's credential.
 */
function exchangeNotAllowed(): HttpError {
  return new HttpError(403, "EXCHANGE_NOT_ALLOWED", "only the backend of this app may exchange its tickets");
}
