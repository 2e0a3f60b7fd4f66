import type { FastifyRequest } from "fastify";
import type * as z from "zod";
import type { ExchangeUserInfoResponse } from "../../client/index.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { browserDigestsOf, isBoundTo } from "../access/browser_cookie.js";
import { checkAppOrigin } from "../access/origin_check.js";
import type { GatewayContext } from "../context.js";
import { HttpError, ticketNotFound } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";
import { annotateLog } from "../http/request_log.js";
import { appOfCredentials, credentialsOf } from "./app_credentials.js";
import type { exchangeBody } from "./schemas.js";

/** The request of an exchange. */
type ExchangeFields = z.output<typeof exchangeBody>;

/**
 * Creates the function that exchanges a ticket for one of two callers: the app with its own secret, or, with
 * `exchangeFromBrowser`, the browser that created the code. It uses the gateway's own credential only for that
 * browser.
 *
 * @throws HttpError EXCHANGE_NOT_ALLOWED, APP_UNAUTHENTICATED, TICKET_NOT_FOUND, ORIGIN_NOT_ALLOWED
 * @throws TicketError if the state of the ticket does not allow an exchange.
 * @throws QrLoginError with the service's reason.
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
      appOfCredentials(request, credentials, apps);
      // Too long for an exchange ticket: it was sealed with a key that was removed, or elsewhere.
      if (!ticket && fields.ticket.length > fieldLimits.exchangeTicket) throw ticketNotFound();
      const exchangeTicket = ticket?.exchangeTicket ?? fields.ticket;
      return exchanges.withCallerCredentials(credentials, exchangeTicket, undefined, requestIdOf(request));
    }
    if (
      !ticket?.app.exchangeFromBrowser ||
      ticket.boundTo === undefined ||
      !isBoundTo(ticket.boundTo, browserDigestsOf(request))
    ) {
      const text = "the exchange of this ticket requires the app's own secret";
      throw new HttpError(403, "EXCHANGE_NOT_ALLOWED", text);
    }
    checkAppOrigin(request, ticket.app);
    annotateLog(request, { app: ticket.app.id, ticketId: ticket.ticketId });
    return exchanges.withGatewayCredentials(ticket, requestIdOf(request));
  };
}
