import * as z from "zod";
import type { GatewayContext } from "../context.js";
import type { PageTicket } from "../tickets/page_tickets.js";

/** The content of a sealed exchange ticket. */
export interface ExchangeablePageTicket extends PageTicket {
  readonly exchangeTicket: string;
}

/** The `ticket` field of the status, which the page exchanges. */
export interface ExchangeTickets {
  /**
   * Resolves with the `ticket` for a page: the plain exchange ticket if the app has `requireCodeChallenge`
   * off and the browser may not exchange, or else a sealed one. Only the exchange of the Authing API accepts
   * a sealed ticket, and it can check the browser. A backend that exchanges elsewhere, with a code verifier,
   * never gets a ticket without a challenge.
   */
  toPage(ticket: PageTicket, exchangeTicket: string): Promise<string>;
  /** Resolves with the content of a sealed ticket, or undefined if the text cannot be opened. */
  open(text: string): Promise<ExchangeablePageTicket | undefined>;
}

const exchangeTicketContent = z.object({
  app: z.string(),
  id: z.string(),
  secret: z.string(),
  ticket: z.string(),
});

/** Creates the exchange tickets of the Authing API. */
export function createExchangeTickets({
  apps,
  sealer,
  clock,
  handleTtlMs,
}: Pick<GatewayContext, "apps" | "sealer" | "clock" | "handleTtlMs">): ExchangeTickets {
  return {
    async toPage({ app, boundTo, ticketId, ticketSecret }, exchangeTicket) {
      const isBrowserExchange = app.exchangeFromBrowser && boundTo !== undefined;
      if (!isBrowserExchange && !app.requireCodeChallenge) return exchangeTicket;
      const content = { app: app.id, id: ticketId, secret: ticketSecret, ticket: exchangeTicket };
      return sealer.seal("authing-exchange-ticket", content, {
        boundTo,
        expiresAt: clock.wallNow() + handleTtlMs,
      });
    },

    async open(text) {
      const opened = await sealer.open("authing-exchange-ticket", text);
      const content = exchangeTicketContent.safeParse(opened?.content).data;
      const app = apps.find(content?.app);
      if (!opened || !content || !app) return undefined;
      return {
        app,
        credentials: app.credentials,
        ticketId: content.id,
        ticketSecret: content.secret,
        exchangeTicket: content.ticket,
        boundTo: opened.boundTo,
        hasChallenge: false,
      };
    },
  };
}
