import type { IncomingMessage, ServerResponse } from "node:http";
import { systemClock } from "../../base/clock.js";
import { createNetworkMatcher, parseNetworks } from "../../base/ip_network.js";
import { createEngine, type HandlerSettings } from "../engine.js";
import { type ClientIpHeader, sanitizeForwardedHeaders } from "../forwarded_headers.js";
import type { SignIn } from "../options.js";

/** Options of {@link createNodeHandler}. */
export interface NodeHandlerOptions<Request extends IncomingMessage, Response extends ServerResponse>
  extends HandlerSettings {
  /** Addresses and networks (CIDR) of the proxies whose forwarded headers are trusted. None by default. */
  readonly trustedProxies?: readonly string[] | undefined;
  /** The header in which those proxies report the client's address. `x-forwarded-for` by default. */
  readonly clientIpHeader?: ClientIpHeader | undefined;
  /** Completes a sign-in, as that of the fastify plugin does, with the request and response of the host's framework. */
  readonly onSignIn?: ((signIn: SignIn, request: Request, response: Response) => unknown) | undefined;
}

/** Handles requests of a Node.js server. */
export interface NodeHandler {
  /**
   * Answers a request for the gateway. Passes any other request to `next`, or answers it with 404 if there is no
   * `next`.
   */
  (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void): void;
  /** Ends all event streams and releases all resources. The call is idempotent. */
  close(): Promise<void>;
}

/**
 * Creates the gateway as a handler for Express, Koa, Nest, and servers of `node:http`:
 *
 * ```ts
 * app.use(createNodeHandler({ service: { address: "127.0.0.1:50051" }, apps, handleKeys, onSignIn }));
 * ```
 */
export function createNodeHandler<
  Request extends IncomingMessage = IncomingMessage,
  Response extends ServerResponse = ServerResponse,
>(options: NodeHandlerOptions<Request, Response>): NodeHandler {
  const { trustedProxies = [], clientIpHeader = "x-forwarded-for", onSignIn, ...settings } = options;
  const forwardedRules = {
    isTrustedProxy: createNetworkMatcher(parseNetworks(trustedProxies)),
    clientIpHeader,
  };
  const engine = createEngine(
    settings,
    // The engine passes on the objects that the host passed to the handler.
    onSignIn &&
      ((signIn, { raw: request }, { raw: response }) =>
        onSignIn(signIn, request as Request, response as Response)),
    systemClock,
  );

  async function handle(
    request: IncomingMessage & { readonly originalUrl?: string },
    response: ServerResponse,
    next: ((error?: unknown) => void) | undefined,
  ): Promise<void> {
    await engine.ready;
    // Frameworks shorten the URL of a handler that is mounted under a path.
    const url = request.originalUrl ?? request.url ?? "";
    if (next && !engine.serves(url)) return next();
    request.url = url;
    sanitizeForwardedHeaders(request.headers, request.socket.remoteAddress ?? "", forwardedRules);
    engine.handle(request, response);
  }

  return Object.assign(
    (request: IncomingMessage, response: ServerResponse, next?: (error?: unknown) => void) => {
      handle(request, response, next).catch((error: unknown) => {
        if (next) return next(error);
        response.statusCode = 500;
        response.end();
      });
    },
    { close: engine.close },
  );
}
