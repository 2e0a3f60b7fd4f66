import type { FastifyRequest } from "fastify";
import { checkAppOrigin } from "../../access/origin_check.js";
import { annotateLog } from "../../http/request_log.js";
import { appIdOf } from "../schemas.js";
import type { ServiceToken, ServiceTokens, TokenKind } from "./service_tokens.js";

/**
 * Verifies the token that a request presents. If the request names an app in its header, the token must be for this
 * app. A page of another origin must be listed by the token's app.
 *
 * @throws HttpError ORIGIN_NOT_ALLOWED, and as {@link ServiceTokens.verify} does.
 * @throws QrLoginError if the service cannot return its keys.
 */
export type VerifyPresentedToken = (
  request: FastifyRequest,
  token: string,
  kind: TokenKind,
) => Promise<ServiceToken>;

/** Creates the function that verifies the tokens of requests. */
export function createVerifyPresentedToken(serviceTokens: ServiceTokens): VerifyPresentedToken {
  return async (request, token, kind) => {
    const verified = await serviceTokens.verify(token, kind, appIdOf(request));
    checkAppOrigin(request, verified.app);
    annotateLog(request, { app: verified.app.id });
    return verified;
  };
}
