import type { FastifyInstance, FastifyRequest } from "fastify";
import { HttpError, invalidRequest } from "../../http/http_error.js";
import { validate } from "../../http/validation.js";
import { credentialsOf } from "../app_credentials.js";
import type { AuthingContext } from "../context.js";
import { userTokenOf } from "../phone_actions.js";
import { accessTokenParameter, introspectionBody } from "../schemas.js";
import { acceptForms } from "./form_body_parser.js";
import { sendOauthError } from "./oauth_errors.js";
import { toUserInfo } from "./token_user.js";

/** Calls of the SDKs that cannot be answered, with the error of OAuth 2.0 that says so. */
const unsupported = {
  "/token": {
    error: "unsupported_grant_type",
    error_description: "tokens come only from exchange-tokenset-with-qrcode-ticket, and cannot be refreshed",
  },
  "/token/revocation": {
    error: "unsupported_token_type",
    error_description: "the tokens are verified by their signature and remain valid until they expire",
  },
} as const;

/** Adds the OpenID Connect routes that Authing's SDKs call with the tokens of a sign-in. */
export async function oidcRoutes(instance: FastifyInstance, context: AuthingContext): Promise<void> {
  const { apps, authenticateApp, serviceTokens, verifyPresentedToken, rateLimits } = context;
  acceptForms(instance);
  instance.setErrorHandler(sendOauthError);

  // UserInfo (OpenID Connect Core 1.0, section 5.3). One SDK appends a slash.
  for (const url of ["/me", "/me/"]) {
    instance.route({
      method: ["GET", "POST"],
      url,
      ...rateLimits.calls,
      async handler(request) {
        return toUserInfo(await verifyPresentedToken(request, accessTokenOf(request), "access"));
      },
    });
  }

  // Token introspection (RFC 7662).
  instance.post("/token/introspection", rateLimits.calls, async (request) => {
    const fields = validate(introspectionBody, request.body);
    const app = await authenticateApp(request, credentialsOf(request, fields, apps));
    try {
      const { claims } = await serviceTokens.verify(fields.token, "access", app.id);
      const { sub, iss, aud, iat, exp, jti, client_id } = claims;
      return { active: true, token_type: "Bearer", sub, iss, aud, iat, exp, jti, client_id };
    } catch (error) {
      // One answer for every other token, so that nobody learns about tokens of other apps.
      if (error instanceof HttpError && error.status === 401) return { active: false };
      throw error;
    }
  });

  for (const [path, response] of Object.entries(unsupported)) {
    instance.post(path, rateLimits.calls, async (_request, reply) => reply.code(400).send(response));
  }
}

/**
 * Returns the access token in the header, the query or the body (RFC 6750, section 2). Three SDKs can send it only
 * in the query. The log names routes without their query.
 */
function accessTokenOf(request: FastifyRequest): string {
  const { query, body, headers } = request;
  const tokens = new Set(
    [validate(accessTokenParameter, query), validate(accessTokenParameter, body)]
      .map(({ access_token }) => access_token)
      .filter((token) => token !== undefined),
  );
  // An SDK whose host contains the app's secret sends it here too.
  const isBasic = /^basic /i.test(headers.authorization ?? "");
  if (tokens.size === 0 || !(headers.authorization === undefined || isBasic))
    tokens.add(userTokenOf(request));
  const [token, ...others] = tokens;
  if (token === undefined || others.length > 0)
    throw invalidRequest("the request has different access tokens");
  return token;
}
