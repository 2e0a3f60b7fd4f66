import type { RateLimits } from "../access/rate_limits.js";
import type { GatewayContext } from "../context.js";
import { createCodes } from "./codes.js";
import { createExchange } from "./exchange.js";
import { createExchangeTickets } from "./exchange_tickets.js";
import { createPhoneActions } from "./phone_actions.js";
import { createPolls } from "./polls.js";
import { createTokenSets } from "./token_sets.js";

/** The dependencies that the routes of both versions share. */
export type AuthingContext = ReturnType<typeof createAuthingContext>;

/** Creates the parts of the Authing-compatible API. */
export function createAuthingContext(context: GatewayContext, rateLimits: RateLimits) {
  const codes = createCodes(context);
  const exchangeTickets = createExchangeTickets(context);
  return {
    codes,
    polls: createPolls(context, exchangeTickets),
    exchange: createExchange(context, exchangeTickets),
    performPhoneAction: createPhoneActions(context, codes),
    tokenSets: createTokenSets(context),
    rateLimits,
  };
}
