import type { IncomingHttpHeaders } from "node:http";
import type { Duplex } from "node:stream";
import { systemClock } from "../../base/clock.js";
import { checkGatewayOptions } from "../../config/gateway_options.js";
import { createEngine, type HandlerSettings } from "../engine.js";
import { removeForwardedHeaders } from "../forwarded_headers.js";
import { markBodyAsRead } from "../http/parsed_body.js";
import type { SignIn } from "../options.js";
import { connectInProcess, sendRequest } from "./in_process.js";

/** The arguments of the hook besides the sign-in and the request. */
export interface FetchSignInContext<Context> {
  /** Headers that are added to the response, for instance with `headers.append("set-cookie", …)`. */
  readonly headers: Headers;
  /** The second argument with which the handler was called. */
  readonly context: Context;
}

/** Options of {@link createFetchHandler}. */
export interface FetchHandlerOptions<Context> extends HandlerSettings {
  /**
   * Returns the IP address of the browser, which a `Request` does not tell. Limits count by it, and the phone shows
   * it. An address from a header is only true behind a proxy that sets the header. Undefined counts the request as one
   * of an unknown address, and all of these together.
   */
  readonly clientAddress: (request: Request, context: Context) => string | undefined;
  /**
   * Origin under which browsers reach the gateway, such as `https://shop.example`. By default the scheme of the
   * request's URL and the host of its `Host` header, which are wrong behind a proxy that ends TLS.
   */
  readonly publicOrigin?: string | undefined;
  /** Completes a sign-in, as that of the fastify plugin does. */
  readonly onSignIn?:
    | ((signIn: SignIn, request: Request, response: FetchSignInContext<Context>) => unknown)
    | undefined;
}

/** Answers requests of the Fetch standard. */
export interface FetchHandler<Context> {
  (request: Request, context: Context): Promise<Response>;
  /** Ends all event streams, waits for the other requests, and releases all resources. The call is idempotent. */
  close(): Promise<void>;
}

/**
 * Creates the gateway as a fetch handler, for Next.js (app router), Hono, SvelteKit and Remix on Node.js:
 *
 * ```ts
 * const gateway = createFetchHandler({ service, apps, handleKeys, clientAddress, onSignIn });
 * export const GET = gateway;
 * export const POST = gateway;
 * ```
 *
 * Resolves with status 499 if the request is aborted, 400 if its body cannot be read, and 503 if a limit ends the
 * request; none of these has a body.
 *
 * @throws TypeError with all problems if options are invalid.
 */
export function createFetchHandler<Context = unknown>(
  options: FetchHandlerOptions<Context>,
): FetchHandler<Context> {
  checkGatewayOptions("fetch", options);
  const { clientAddress, publicOrigin, onSignIn, ...settings } = options;
  const calls = new WeakMap<Duplex, { request: Request; headers: Headers; context: Context }>();
  const engine = createEngine(
    settings,
    onSignIn &&
      ((signIn, { raw: { socket } }) => {
        const call = calls.get(socket);
        if (!call) throw new Error("the request did not come through the fetch handler");
        return onSignIn(signIn, call.request, { headers: call.headers, context: call.context });
      }),
    systemClock,
  );

  async function handle(request: Request, context: Context): Promise<Response> {
    await engine.ready;
    const url = new URL(request.url);
    const { protocol, host } = new URL(publicOrigin ?? url.origin);
    const { clientSide, serverSide } = connectInProcess(engine.server, {
      remoteAddress: clientAddress(request, context) ?? "",
      encrypted: protocol === "https:",
    });
    const hookHeaders = new Headers();
    calls.set(serverSide, { request, headers: hookHeaders, context });
    if (isBodyMissing(request)) markBodyAsRead(serverSide);
    const headers: IncomingHttpHeaders = Object.fromEntries(request.headers);
    removeForwardedHeaders(headers);
    const response = await sendRequest(request, clientSide, {
      path: url.pathname + url.search,
      // Next.js writes a host of its own into the URL; the header has that of the browser.
      headers: { ...headers, host: (publicOrigin === undefined && headers.host) || host },
    });
    for (const [name, value] of hookHeaders) response.headers.append(name, value);
    return response;
  }
  return Object.assign(handle, { close: engine.close });
}

/** Returns whether the request has had a body that can no longer be read. */
function isBodyMissing({ body, bodyUsed, headers }: Request): boolean {
  const announcesBody = Number(headers.get("content-length")) > 0 || headers.has("transfer-encoding");
  return body === null ? announcesBody : bodyUsed || body.locked;
}
