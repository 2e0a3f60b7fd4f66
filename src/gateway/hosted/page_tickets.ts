import * as z from "zod";
import type { GatewayParts } from "../parts.js";
import type { HandledTicket } from "../tickets.js";

/** An exchange ticket that was sealed for one browser, opened. */
export interface OpenedTicket extends HandledTicket {
  readonly exchangeTicket: string;
}

/** The `ticket` that the status tells a page. */
export interface PageTickets {
  /**
   * The exchange ticket as it is, which nobody can spend without the app's secret. Sealed, where the browser that the code was
   * made for may spend it, so that the exchange can tell this browser.
   */
  tell(ticket: HandledTicket, exchangeTicket: string): Promise<string>;
  /** Undefined for what was not sealed here. */
  open(text: string): Promise<OpenedTicket | undefined>;
}

const sealedContent = z.object({ app: z.string(), id: z.string(), secret: z.string(), ticket: z.string() });

export function createPageTickets({
  apps,
  seal,
  clock,
  handleMaxAgeMs,
}: Pick<GatewayParts, "apps" | "seal" | "clock" | "handleMaxAgeMs">): PageTickets {
  return {
    async tell({ app, boundTo, ticketId, ticketSecret }, exchangeTicket) {
      if (!app.exchangeFromBrowser || boundTo === undefined) return exchangeTicket;
      const content = { app: app.id, id: ticketId, secret: ticketSecret, ticket: exchangeTicket };
      return seal.seal("exchange", content, { boundTo, expiresAt: clock.wallNow() + handleMaxAgeMs });
    },

    async open(text) {
      const opened = await seal.open("exchange", text);
      const content = sealedContent.safeParse(opened?.content).data;
      const app = apps.find(content?.app);
      if (!opened || !content || !app) return undefined;
      return {
        app,
        credentials: app.credentials,
        ticketId: content.id,
        ticketSecret: content.secret,
        exchangeTicket: content.ticket,
        boundTo: opened.boundTo,
      };
    },
  };
}
