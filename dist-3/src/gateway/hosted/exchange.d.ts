import type { FastifyRequest } from "fastify";
import type * as z from "zod";
import type { ExchangeUserInfoResponse } from "../../client/index.js";
import type { GatewayParts } from "../parts.js";
import { type ticketBody } from "./fields.js";
import type { PageTickets } from "./page_tickets.js";
/** What a caller sends to exchange. */
type TicketFields = z.output<typeof ticketBody>;
/**
 * Exchanges for whoever may: the app with its own secret, or the browser that the code was made for where the app's switch
 * `exchangeFromBrowser` is on. The gateway's own credential is spent for nobody else.
 *
 * Refuses with EXCHANGE_NOT_ALLOWED, APP_UNAUTHENTICATED, and with whatever the service says.
 */
export declare function createExchange({ apps, exchanges }: Pick<GatewayParts, "apps" | "exchanges">, pageTickets: PageTickets): (request: FastifyRequest, fields: TicketFields) => Promise<ExchangeUserInfoResponse>;
export {};
