import type { PageTicket } from "./page_tickets.js";

interface ExchangePolicyOptions {
  /** The site's own end of a sign-in, if it has one. */
  readonly onSignIn?: unknown;
}

/**
 * Returns whether the page is told the exchange ticket, which it takes to the site's backend. A ticket without a code
 * challenge could be anybody's: a backend that is posted one cannot tell whose browser has created it.
 */
export function exposesExchangeTicket(context: ExchangePolicyOptions, ticket: PageTicket): boolean {
  return !completesSignIn(context, ticket) && (ticket.hasChallenge || !ticket.app.requireCodeChallenge);
}

/** Returns whether the gateway itself completes the sign-in: only for the browser that a handle is bound to. */
export function completesSignIn(
  { onSignIn }: ExchangePolicyOptions,
  { boundTo }: Pick<PageTicket, "boundTo">,
): boolean {
  return onSignIn !== undefined && boundTo !== undefined;
}
