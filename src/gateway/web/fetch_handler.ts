import type { Duplex } from "node:stream";
import { systemClock } from "../../base/clock.js";
import { createEngine, type HandlerSettings } from "../engine.js";
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
   * Origin under which browsers reach the gateway, such as `https://shop.example`. By default that of the request's
   * URL, which behind a proxy that ends TLS is a wrong one.
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
  /** Ends all event streams and releases all resources. The call is idempotent. */
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
 */
export function createFetchHandler<Context = unknown>(
  options: FetchHandlerOptions<Context>,
): FetchHandler<Context> {
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
    const headers = new Headers();
    const url = new URL(request.url);
    const origin = new URL(publicOrigin ?? url.origin);
    const connection = connectInProcess(engine.server, {
      remoteAddress: clientAddress(request, context) ?? "",
      encrypted: origin.protocol === "https:",
    });
    calls.set(connection.serverSide, { request, headers, context });
    const response = await sendRequest(request, connection.clientSide, {
      host: origin.host,
      path: url.pathname + url.search,
    });
    for (const [name, value] of headers) response.headers.append(name, value);
    return response;
  }
  return Object.assign(handle, { close: engine.close });
}
