import * as z from "zod";
import type { GatewayContext } from "../context.js";
import type { PageTicket } from "../tickets/page_tickets.js";

/** An exchange ticket that was sealed, opened. */
export interface ExchangeablePageTicket extends PageTicket {
  readonly exchangeTicket: string;
}

/** The `ticket` that the status tells a page. */
export interface ExchangeTickets {
  /**
   * The exchange ticket as it is where the app's switch `requireCodeChallenge` is off, and the browser may not spend it. Sealed
   * otherwise: a sealed one is good at the Authing API's exchange alone, which can tell the browser that it was made for, and a backend
   * that exchanges elsewhere, with a code verifier, cannot be given a ticket that has no challenge.
   */
  toPage(ticket: PageTicket, exchangeTicket: string): Promise<string>;
  /** Undefined for what was not sealed here. */
  open(text: string): Promise<ExchangeablePageTicket | undefined>;
}

const exchangeTicketContent = z.object({
  app: z.string(),
  id: z.string(),
  secret: z.string(),
  ticket: z.string(),
});

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
