import type { PageTicket } from "./page_tickets.js";

interface ExchangePolicyOptions {
  /** The site's own completion of a sign-in, if it has one. */
  readonly onSignIn?: unknown;
}

/**
 * Returns whether the page receives the exchange ticket, which it sends to the site's backend. By default
 * that requires a code challenge: without one, the backend cannot tell which browser created the ticket.
 */
export function exposesExchangeTicket(context: ExchangePolicyOptions, ticket: PageTicket): boolean {
  return !completesSignIn(context, ticket) && (ticket.hasChallenge || !ticket.app.requireCodeChallenge);
}

/**
 * Returns whether the gateway itself completes the sign-in. It does so only for handles that are bound to a
 * browser.
 */
export function completesSignIn(
  { onSignIn }: ExchangePolicyOptions,
  { boundTo }: Pick<PageTicket, "boundTo">,
): boolean {
  return onSignIn !== undefined && boundTo !== undefined;
}
