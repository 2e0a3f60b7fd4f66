import type { FastifyInstance } from "fastify";
import { invalidRequest } from "../../http/http_error.js";
import { validate } from "../../http/validation.js";
import type { AuthingContext } from "../context.js";
import { createErrorHandler, version2Envelope } from "../envelope.js";
import { tokenCheckQuery } from "../schemas.js";

/**
 * Adds the token check of V2, which returns the claims of a valid token and needs no secret. The token must be of
 * the kind that its parameter names. An error has the envelope of V2 and its own HTTP status: the SDKs return the
 * body of a success to the site, which may not look for a code in it.
 */
export async function tokenCheckRoute(
  instance: FastifyInstance,
  { verifyPresentedToken, rateLimits }: AuthingContext,
): Promise<void> {
  instance.setErrorHandler(createErrorHandler(version2Envelope, { keepStatus: true }));
  instance.get("/validate_token", rateLimits.calls, async (request) => {
    const { access_token, id_token } = validate(tokenCheckQuery, request.query);
    const [token = "", other] = [access_token, id_token].filter((one) => one !== undefined);
    if (token === "" || other !== undefined) throw invalidRequest("access_token or id_token is required");
    const kind = access_token === undefined ? "id" : "access";
    return (await verifyPresentedToken(request, token, kind)).claims;
  });
}
