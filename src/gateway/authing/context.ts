import type { RateLimits } from "../access/rate_limits.js";
import type { GatewayContext } from "../context.js";
import { createAuthenticateApp } from "./app_credentials.js";
import { createCodes } from "./codes.js";
import { createExchange } from "./exchange.js";
import { createVerifyPresentedToken } from "./oidc/presented_token.js";
import { createServiceTokens } from "./oidc/service_tokens.js";
import { createPhoneActions } from "./phone_actions.js";
import { createPolls } from "./polls.js";

/** The dependencies that the routes of both versions share. */
export type AuthingContext = ReturnType<typeof createAuthingContext>;

/** Creates the dependencies. */
export function createAuthingContext(context: GatewayContext, rateLimits: RateLimits) {
  const { apps, callerClient, signingKeyCache, clock } = context;
  const codes = createCodes(context);
  const serviceTokens = createServiceTokens(apps, signingKeyCache, clock);
  return {
    apps,
    codes,
    polls: createPolls(context),
    exchange: createExchange(context),
    performPhoneAction: createPhoneActions(context, codes),
    authenticateApp: createAuthenticateApp(apps, callerClient),
    serviceTokens,
    verifyPresentedToken: createVerifyPresentedToken(serviceTokens),
    signingKeyCache,
    rateLimits,
  };
}
