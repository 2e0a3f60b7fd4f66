import { createServer, type IncomingMessage, type RequestListener } from "node:http";
import type { AddressInfo } from "node:net";
import { Readable } from "node:stream";
import { pipeline } from "node:stream/promises";
import fastify, { type FastifyPluginAsync } from "fastify";
import type { Logger } from "pino";
import { type GatewayOptions, qrLoginGateway, type SignIn } from "../../src/gateway/index.js";
import { createNodeHandler } from "../../src/gateway/node/index.js";
import type { GatewaySettings } from "../../src/gateway/options.js";
import { createFetchHandler, type FetchHandler } from "../../src/gateway/web/index.js";

/** The ways in which a site runs the gateway in its own server. */
export const hostKinds = ["fastify plugin", "Node handler", "fetch handler"] as const;

export type HostKind = (typeof hostKinds)[number];

export interface HostOptions extends GatewaySettings {
  readonly log: Logger;
  /** Returns the result of the hook, with cookies to set. */
  readonly signIn?: (
    signIn: SignIn,
  ) => Promise<{ readonly result: unknown; readonly cookies: readonly string[] }>;
}

const proxy = "127.0.0.1";

/** A site's server with the gateway in it, on a free port of loopback. */
export interface Host {
  readonly url: string;
  /** Stops as a site does: first the gateway, then the server, which waits for its connections. */
  stop(): Promise<void>;
}

/** Starts a server of this kind, behind a proxy on 127.0.0.1 that reports the client in `X-Forwarded-For`. */
export function startHost(kind: HostKind, options: HostOptions): Promise<Host> {
  switch (kind) {
    case "fastify plugin":
      return startFastify(options);
    case "Node handler":
      return startNodeHandler(options);
    case "fetch handler":
      return startFetchHandler(options);
  }
}

async function startFastify({ signIn, log, ...settings }: HostOptions): Promise<Host> {
  const server = fastify({ loggerInstance: log, return503OnClosing: false, trustProxy: [proxy] });
  const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
  await server.register(plugin, {
    ...settings,
    onSignIn:
      signIn &&
      (async (given, _request, reply) => {
        const { result, cookies } = await signIn(given);
        for (const cookie of cookies) reply.header("set-cookie", cookie);
        return result;
      }),
  });
  const url = await server.listen({ host: "127.0.0.1", port: 0 });
  return { url, stop: () => server.close() };
}

async function startNodeHandler({ signIn, ...settings }: HostOptions): Promise<Host> {
  const gateway = createNodeHandler({
    ...settings,
    trustedProxies: [proxy],
    onSignIn:
      signIn &&
      (async (given, _request, response) => {
        const { result, cookies } = await signIn(given);
        response.setHeader("set-cookie", cookies);
        return result;
      }),
  });
  return listen(gateway, gateway.close);
}

async function startFetchHandler({ signIn, ...settings }: HostOptions): Promise<Host> {
  const gateway = createFetchHandler<IncomingMessage>({
    ...settings,
    clientAddress: ({ headers }, { socket }) => headers.get("x-forwarded-for") ?? socket.remoteAddress,
    onSignIn:
      signIn &&
      (async (given, _request, { headers }) => {
        const { result, cookies } = await signIn(given);
        for (const cookie of cookies) headers.append("set-cookie", cookie);
        return result;
      }),
  });
  return listen(bridge(gateway), gateway.close);
}

/** Serves a fetch handler as a framework does. */
export function bridge(handler: FetchHandler<IncomingMessage>): RequestListener {
  return async (incoming, outgoing) => {
    const { method = "GET", headers, headersDistinct, url } = incoming;
    const aborted = new AbortController();
    outgoing.once("close", () => {
      if (!outgoing.writableFinished) aborted.abort();
    });
    const hasBody = !["GET", "HEAD", "OPTIONS"].includes(method);
    const request = new Request(`http://${headers.host}${url}`, {
      method,
      headers: Object.entries(headersDistinct).flatMap(([name, values = []]) =>
        values.map((value): [string, string] => [name, value]),
      ),
      ...(hasBody && { body: Readable.toWeb(incoming) as ReadableStream, duplex: "half" }),
      signal: aborted.signal,
    });
    const response = await handler(request, incoming);
    outgoing.writeHead(response.status, [...response.headers].flat());
    outgoing.flushHeaders();
    if (!response.body) return void outgoing.end();
    // Ends early if the client or the gateway does.
    await pipeline(Readable.fromWeb(response.body as never), outgoing).catch(() => outgoing.destroy());
  };
}

/** Listens on a free port of loopback. The server closes after what `close` closes. */
export async function listen(listener: RequestListener, close: () => Promise<void>): Promise<Host> {
  const server = createServer(listener);
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    async stop() {
      await close();
      const closed = new Promise((resolve) => server.close(resolve));
      server.closeIdleConnections();
      await closed;
    },
  };
}
