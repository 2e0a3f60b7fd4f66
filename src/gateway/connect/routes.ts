import { cors } from "@connectrpc/connect";
import type { UniversalHandler } from "@connectrpc/connect/protocol";
import { errorToJson } from "@connectrpc/connect/protocol-connect";
import type { FastifyError, FastifyInstance, FastifyRequest } from "fastify";
import { requestIdHeader } from "../../base/request_id.js";
import type { RpcMethod } from "../../domain/rpc_methods.js";
import type { RateLimits } from "../access/rate_limits.js";
import type { GatewayContext } from "../context.js";
import { logError } from "../http/error_handler.js";
import { HttpError } from "../http/http_error.js";
import { toConnectError } from "./connect_errors.js";
import { createForwarder } from "./forwarder.js";
import { createHandlers, loadServiceDescriptor, maxMessageBytes } from "./handlers.js";
import { handleCall, rejectCall } from "./http_adapter.js";
import { sendStream, sendUnary } from "./send_response.js";

/** Largest body, in bytes: a message, and the envelope that it has in all protocols except unary Connect. */
const bodyLimit = maxMessageBytes + 5;

/** The content types of both protocols. Native gRPC is not among them. */
const contentTypes =
  /^application\/(?:json|proto|connect\+json|connect\+proto|grpc-web(?:\+json|\+proto)?)\s*(?:;|$)/;

const contentTypeList =
  "application/json, application/proto, application/connect+json, application/connect+proto, application/grpc-web+proto";

/**
 * Adds the routes that serve these methods of the service over the Connect protocol and gRPC-Web:
 * `POST /qrlogin.v1.QrLoginService/{method}`. `docs/gateway.md` describes them.
 *
 * @throws TypeError if the service has no such method.
 */
export async function connectRoutes(
  instance: FastifyInstance,
  context: GatewayContext,
  { createTicket, calls }: RateLimits,
  methods: readonly RpcMethod[],
): Promise<void> {
  const service = loadServiceDescriptor();
  const forwarder = createForwarder(context);
  const handlers = createHandlers(service, methods, forwarder);

  instance.addHook("preClose", async () => forwarder.stop());
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser(contentTypes, { parseAs: "buffer" }, (_request, body, done) =>
    done(null, body),
  );
  instance.addHook("onRequest", async (_request, reply) => {
    if (!reply.hasHeader("access-control-allow-origin")) return;
    reply.header(
      "access-control-expose-headers",
      ["retry-after", requestIdHeader, ...cors.exposedHeaders].join(", "),
    );
  });
  instance.setErrorHandler(async (error, request, reply) => {
    const httpError = logError(isMediaTypeError(error) ? mediaTypeNotSupported() : error, request);
    const rejection = toConnectError(httpError, request);
    const handler = handlers.get(methodOf(request));
    if (handler && isReadableBy(handler, request)) {
      return sendUnary(await rejectCall(handler, request, reply, rejection), reply);
    }
    if (httpError.status === 415) reply.header("accept-post", contentTypeList);
    // Neither protocol has a form for this case. Clients of both read the HTTP status, those of Connect the body too.
    return reply
      .code(httpError.status)
      .headers(Object.fromEntries(rejection.metadata))
      .type("application/json")
      .send(errorToJson(rejection, undefined));
  });

  for (const [name, handler] of handlers) {
    const isStream = handler.method.methodKind !== "unary";
    const limit = name === "CreateTicket" ? createTicket : calls;
    const options = { ...limit, bodyLimit, config: { ...limit.config, isStream } };
    instance.post(`/${service.typeName}/${name}`, options, async (request, reply) => {
      const response = await handleCall(handler, request, reply);
      if (response.body === undefined) throw mediaTypeNotSupported();
      return isStream ? sendStream(response, reply, context) : sendUnary(response, reply);
    });
  }
  instance.route({
    method: ["GET", "POST", "PUT", "PATCH", "DELETE"],
    url: `/${service.typeName}/*`,
    config: { isCatchAll: true },
    handler: async (request, reply) => {
      if (!handlers.has(methodOf(request))) throw methodNotServed();
      reply.header("allow", "POST");
      throw new HttpError(405, "ROUTE_NOT_FOUND", "methods are called with POST");
    },
  });
}

/** Returns the name of the method that a request calls, which need not exist. */
function methodOf({ params, routeOptions: { url = "" } }: FastifyRequest): string {
  const { "*": unrouted } = params as { readonly "*"?: string };
  return unrouted ?? url.slice(url.lastIndexOf("/") + 1);
}

/** Returns whether the request uses a protocol in which the handler can send an error. */
function isReadableBy(handler: UniversalHandler, { method, headers }: FastifyRequest): boolean {
  const { "content-type": contentType = "" } = headers;
  return method === "POST" && contentTypes.test(contentType) && handler.supportedContentType(contentType);
}

function isMediaTypeError(error: unknown): boolean {
  return (error as Partial<FastifyError>).statusCode === 415;
}

function mediaTypeNotSupported(): HttpError {
  return new HttpError(415, "MEDIA_TYPE_NOT_SUPPORTED", `the content type must be one of ${contentTypeList}`);
}

function methodNotServed(): HttpError {
  const text = "the gateway does not serve this method: its setting rpcMethods lists those that it serves";
  return new HttpError(404, "ROUTE_NOT_FOUND", text);
}
