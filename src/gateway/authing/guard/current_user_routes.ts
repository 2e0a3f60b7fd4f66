import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { HttpError } from "../../http/http_error.js";
import { validate } from "../../http/validation.js";
import type { AuthingContext } from "../context.js";
import { codeOf, createErrorHandler, type Envelope, messageOf, version2Envelope } from "../envelope.js";
import { userTokenOf } from "../phone_actions.js";
import { toCurrentUser, toGraphqlUser, toLoginStatus } from "./current_user.js";
import { graphqlBody, loginStatusBody } from "./schemas.js";

/** The form in which the SDKs read responses of GraphQL: they expect an object as the message of an error. */
const graphqlEnvelope: Envelope = {
  success: (_request, _message, data) => ({ data }),
  error: (_request, httpError) => ({
    errors: [{ message: { code: codeOf(httpError), message: messageOf(httpError) } }],
  }),
};

/**
 * Adds the calls with which a page of Guard, or of `authing-js-sdk`, asks who has signed in. Each answer has only what
 * the ID token states that the page keeps.
 */
export async function currentUserRoutes(instance: FastifyInstance, context: AuthingContext): Promise<void> {
  const { rateLimits, verifyPresentedToken } = context;
  const { success } = version2Envelope;
  instance.setErrorHandler(createErrorHandler(version2Envelope));

  instance.get("/api/v2/users/me", rateLimits.calls, async (request) => {
    const token = userTokenOf(request);
    return success(
      request,
      "the signed-in user",
      toCurrentUser(await verifyPresentedToken(request, token, "id"), token),
    );
  });

  instance.post("/api/v2/users/login/check-status", rateLimits.calls, async (request) => {
    const { token } = validate(loginStatusBody, request.body);
    return toLoginStatus(await verifyPresentedToken(request, token, "id"));
  });

  // The SDKs forget the user only after a success. Otherwise Guard leads its user to a page that does not exist here.
  instance.get("/api/v2/logout", rateLimits.calls, async (request) =>
    success(
      request,
      "there is no session to end; forget the token, which remains valid until it expires",
      {},
    ),
  );

  const graphql: FastifyPluginAsync = (child) => graphqlRoute(child, context);
  await instance.register(graphql);
}

/**
 * Adds the route of the two GraphQL queries that can be answered. A query is recognized by its name, and the response
 * has all of its fields that a token states.
 */
async function graphqlRoute(
  instance: FastifyInstance,
  { rateLimits, verifyPresentedToken }: AuthingContext,
): Promise<void> {
  const { success } = graphqlEnvelope;
  instance.setErrorHandler(createErrorHandler(graphqlEnvelope));

  instance.post("/graphql/v2", rateLimits.calls, async (request) => {
    const { query, variables } = validate(graphqlBody, request.body);
    const operation = /^\s*query\s+(\w+)/.exec(query)?.[1];
    if (operation === "user" && variables?.id === undefined) {
      const token = userTokenOf(request);
      const user = toGraphqlUser(await verifyPresentedToken(request, token, "id"), token);
      return success(request, "the signed-in user", { user });
    }
    if (operation === "checkLoginStatus") {
      const token = variables?.token ?? userTokenOf(request);
      const checkLoginStatus = toLoginStatus(await verifyPresentedToken(request, token, "id"));
      return success(request, "the status of the token", { checkLoginStatus });
    }
    const text = "the only GraphQL queries here are user, without an id, and checkLoginStatus";
    throw new HttpError(404, "ROUTE_NOT_FOUND", text);
  });
}
