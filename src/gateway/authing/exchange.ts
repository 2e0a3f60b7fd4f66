import type { FastifyRequest } from "fastify";
import type * as z from "zod";
import type { AppCredentials, ExchangeUserInfoResponse } from "../../client/index.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { type AppRegistry, readBasicCredentials } from "../access/app_registry.js";
import { browserDigestsOf, isBoundTo } from "../access/browser_cookie.js";
import { checkAppOrigin } from "../access/origin_check.js";
import type { GatewayContext } from "../context.js";
import { HttpError, ticketNotFound } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";
import { appUnauthenticated } from "../tickets/exchanges.js";
import { appIdOf, type exchangeBody } from "./schemas.js";

/** What a caller sends to exchange. */
type ExchangeFields = z.output<typeof exchangeBody>;

/**
 * Exchanges for whoever may: the app with its own secret, or the browser that the code was made for where the app's switch
 * `exchangeFromBrowser` is on. The gateway's own credential is spent for nobody else.
 *
 * Refuses with EXCHANGE_NOT_ALLOWED, APP_UNAUTHENTICATED, and with whatever the service says.
 */
export function createExchange({
  apps,
  exchanges,
  pageTickets,
}: Pick<GatewayContext, "apps" | "exchanges" | "pageTickets">): (
  request: FastifyRequest,
  fields: ExchangeFields,
) => Promise<ExchangeUserInfoResponse> {
  return async (request, fields) => {
    const ticket = await pageTickets.openExchangeTicket(fields.ticket);
    const credentials = credentialsOf(request, fields, apps);
    if (credentials) {
      const app = apps.find(credentials.appId);
      if (!app) {
        annotateLog(request, { cause: "no app here has the id that came" });
        throw appUnauthenticated();
      }
      annotateLog(request, { app: app.id });
      // Sealed with a key that is no more, or by nobody we know.
      if (!ticket && fields.ticket.length > fieldLimits.exchangeTicket) throw ticketNotFound();
      return exchanges.withCallerCredentials(credentials, ticket?.exchangeTicket ?? fields.ticket);
    }
    if (
      !ticket?.app.exchangeFromBrowser ||
      ticket.boundTo === undefined ||
      !isBoundTo(ticket.boundTo, browserDigestsOf(request))
    ) {
      const text = "the app's own secret is needed to exchange a ticket";
      throw new HttpError(403, "EXCHANGE_NOT_ALLOWED", text);
    }
    checkAppOrigin(request, ticket.app);
    annotateLog(request, { app: ticket.app.id, ticketId: ticket.ticketId });
    return exchanges.withGatewayCredentials(ticket);
  };
}

/** By header (client_secret_basic) or by body (client_secret_post). A token in the header is none. */
function credentialsOf(
  request: FastifyRequest,
  fields: ExchangeFields,
  apps: AppRegistry,
): AppCredentials | undefined {
  const byHeader = readBasicCredentials(request.headers.authorization, apps);
  if (byHeader) return byHeader;
  const appId = fields.client_id || appIdOf(request);
  return appId && fields.client_secret ? { appId, appSecret: fields.client_secret } : undefined;
}
