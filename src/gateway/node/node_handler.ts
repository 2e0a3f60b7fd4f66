import type { IncomingMessage, ServerResponse } from "node:http";
import type { FastifyReply } from "fastify";
import { systemClock } from "../../base/clock.js";
import { createNetworkMatcher, parseNetworks } from "../../base/ip_network.js";
import { checkGatewayOptions } from "../../config/gateway_options.js";
import { createEngine, type HandlerSettings } from "../engine.js";
import { type ClientIpHeader, sanitizeForwardedHeaders } from "../forwarded_headers.js";
import type { GatewayOptions, SignIn } from "../options.js";

/** Options of {@link createNodeHandler}. */
export interface NodeHandlerOptions<Request extends IncomingMessage, Response extends ServerResponse>
  extends HandlerSettings {
  /**
   * Addresses and networks (CIDR) of the proxies whose forwarded headers are trusted. None by default. A setting of
   * the host's framework, such as Express's `trust proxy`, does not count here.
   */
  readonly trustedProxies?: readonly string[] | undefined;
  /** The header in which those proxies report the client's address. `x-forwarded-for` by default. */
  readonly clientIpHeader?: ClientIpHeader | undefined;
  /**
   * Completes a sign-in, as that of the fastify plugin does, with the request and response of the host's framework.
   * It can set headers and cookies of the response. The page receives the result as JSON, unless the hook sends the
   * response itself.
   */
  readonly onSignIn?: ((signIn: SignIn, request: Request, response: Response) => unknown) | undefined;
}

/** Handles requests of a Node.js server. */
export interface NodeHandler {
  /**
   * Answers a request for the gateway. Passes any other request to `next`, or answers it with 404 if there is no
   * `next`. Takes a body that was parsed before from `request.body`.
   */
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void;
  /**
   * Ends all event streams, waits for the other requests, and releases all resources. Call it before the server's own
   * `close()`. The call is idempotent.
   */
  close(): Promise<void>;
}

/**
 * Creates the gateway as a handler for Express, Koa, Nest, and servers of `node:http`:
 *
 * ```ts
 * app.use(createNodeHandler({ service: { address: "127.0.0.1:50051" }, apps, handleKeys, onSignIn }));
 * ```
 *
 * @throws TypeError with all problems if options are invalid.
 */
export function createNodeHandler<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(options: NodeHandlerOptions<Request, Response>): NodeHandler {
  checkGatewayOptions("node", options);
  const { trustedProxies = [], clientIpHeader = "x-forwarded-for", onSignIn, ...settings } = options;
  const forwardedRules = {
    isTrustedProxy: createNetworkMatcher(parseNetworks(trustedProxies)),
    clientIpHeader,
  };
  // The engine passes on the objects that the host passed to the handler.
  const engine = createEngine(settings, onSignIn && callWithRaw(onSignIn as RawHook), systemClock);

  /** Resolves with false if the request is not for the gateway, and `mayPass` is true. Otherwise answers it. */
  async function handle(
    request: IncomingMessage & { readonly originalUrl?: string },
    response: ServerResponse,
    mayPass: boolean,
  ): Promise<boolean> {
    await engine.ready;
    const { url = "", originalUrl = url } = request;
    // Frameworks shorten the URL for a handler that is mounted under a path.
    if (originalUrl !== url && engine.serves(url) && !engine.serves(originalUrl)) throw missingPrefix();
    if (mayPass && !engine.serves(originalUrl)) return false;
    request.url = originalUrl;
    sanitizeForwardedHeaders(request.headers, request.socket.remoteAddress ?? "", forwardedRules);
    engine.handle(request, response);
    return true;
  }

  return Object.assign(
    (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => {
      handle(request, response, next !== undefined).then(
        // An error of the host's own code, which `next` runs, is the host's: it must not cause a second call.
        (isAnswered) => isAnswered || next?.(),
        (error: unknown) => {
          if (next) return next(error);
          response.statusCode = 500;
          response.end();
        },
      );
    },
    { close: engine.close },
  );
}

type RawHook = (signIn: SignIn, request: IncomingMessage, response: ServerResponse) => unknown;

/** Returns the hook of the plugin that calls this one with the request and response of Node.js. */
function callWithRaw(hook: RawHook): NonNullable<GatewayOptions["onSignIn"]> {
  return async (signIn, { raw: request }, reply) => {
    const { raw: response } = reply;
    copyHeaders(reply, response);
    const result = await hook(signIn, request, response);
    return response.headersSent ? reply.hijack() : result;
  };
}

/** Gives a response that the hook sends itself the headers of all others, such as those of CORS. */
function copyHeaders(reply: FastifyReply, response: ServerResponse): void {
  for (const [name, value] of Object.entries(reply.getHeaders())) {
    if (value !== undefined) response.setHeader(name, value);
  }
}

function missingPrefix(): Error {
  return new Error("the gateway is mounted under a path that its option prefix does not name");
}
