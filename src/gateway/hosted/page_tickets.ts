import * as z from "zod";
import type { GatewayParts } from "../parts.js";
import type { HandledTicket } from "../tickets.js";

/** An exchange ticket that was sealed, opened. */
export interface OpenedTicket extends HandledTicket {
  readonly exchangeTicket: string;
}

/** The `ticket` that the status tells a page. */
export interface PageTickets {
  /**
   * The exchange ticket as it is where the app's switch `requireCodeChallenge` is off, and the browser may not spend it. Sealed
   * otherwise: a sealed one is good at the hosted API's exchange alone, which can tell the browser that it was made for, and a backend
   * that exchanges elsewhere, with a code verifier, cannot be given a ticket that has no challenge.
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
      const isForBrowser = app.exchangeFromBrowser && boundTo !== undefined;
      if (!isForBrowser && !app.requireCodeChallenge) return exchangeTicket;
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
        hasChallenge: false,
      };
    },
  };
}
