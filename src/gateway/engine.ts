import type { IncomingMessage, Server, ServerResponse } from "node:http";
import type { FastifyPluginAsync } from "fastify";
import { type Logger, pino } from "pino";
import type { Clock } from "../base/clock.js";
import { createFastifyServer } from "./fastify_server.js";
import { onResponseEnd } from "./http/disconnect_signal.js";
import { gatewayStopping } from "./http/http_error.js";
import type { GatewayOptions, GatewaySettings } from "./options.js";
import { registerGateway } from "./plugin.js";

/** Options of a gateway that runs in a server of the site which is not fastify. */
export interface HandlerSettings extends GatewaySettings {
  /** Path before all routes of the gateway, such as `/auth`. None by default. */
  readonly prefix?: string | undefined;
  /** Log of the gateway. By default, warnings and errors are written to the standard output as JSON lines. */
  readonly log?: Logger | undefined;
}

/** A gateway without a listening server: requests are passed to it. */
export interface Engine {
  /** The server whose `connection` event takes connections that did not come over the network. */
  readonly server: Server;
  /** Resolves when requests can be passed. Rejects if the gateway could not be set up, which it also logs. */
  readonly ready: Promise<void>;
  /** Returns whether the gateway has a route for the path of this URL. Needs {@link ready}. */
  serves(url: string): boolean;
  /** Answers a request. Needs {@link ready}. */
  handle(request: IncomingMessage, response: ServerResponse): void;
  /** Ends all event streams, waits for the other requests, and releases all resources. The call is idempotent. */
  close(): Promise<void>;
}

/** Creates the engine that all handlers share. */
export function createEngine(
  { prefix = "", log = pino({ level: "warn" }), ...settings }: HandlerSettings,
  onSignIn: GatewayOptions["onSignIn"],
  clock: Clock,
): Engine {
  const server = createFastifyServer(log);
  const exactPaths = new Set<string>();
  const pathPrefixes: string[] = [];
  const pathPatterns: RegExp[] = [];
  const openRequests = new Set<Promise<void>>();
  server.addHook("onRoute", ({ url }) => {
    if (url.endsWith("*")) pathPrefixes.push(url.slice(0, -1));
    else if (url.includes(":")) pathPatterns.push(toPattern(url));
    else exactPaths.add(url);
  });
  let isClosed = false;
  server.addHook("onRequest", async (_request, reply) => {
    // The host may listen for longer. A call would open a new connection to the service.
    if (isClosed) throw gatewayStopping();
    const ended = new Promise<void>((resolve) => onResponseEnd(reply, resolve));
    openRequests.add(ended);
    void ended.then(() => openRequests.delete(ended));
  });
  const gateway: FastifyPluginAsync = async (instance) => {
    await registerGateway(instance, { ...settings, onSignIn }, clock);
  };
  const lastPlugin: FastifyPluginAsync = async (instance) => {
    // Runs after the hook `preClose` of the gateway, which ends the event streams, and before its hook `onClose`.
    // fastify waits for requests of a server of its own only, and gives a hook `preClose` no more than ten seconds.
    instance.addHook("onClose", async () => {
      await Promise.all(openRequests);
      isClosed = true;
    });
  };
  async function start(): Promise<void> {
    await server.register(gateway, { prefix });
    await server.register(lastPlugin);
    await server.ready();
  }
  const ready = start();
  ready.catch((err) => log.error({ err }, "the gateway could not be set up"));
  return {
    server: server.server,
    ready,
    serves(url) {
      const path = url.split("?", 1)[0] ?? "";
      return (
        exactPaths.has(path) ||
        pathPrefixes.some((start) => path.startsWith(start)) ||
        pathPatterns.some((pattern) => pattern.test(path))
      );
    },
    handle: server.routing,
    close: async () => server.close(),
  };
}

/** Returns the pattern of the paths of a route with parameters, such as `/apps/:appId`. */
function toPattern(url: string): RegExp {
  return new RegExp(`^${url.replaceAll(".", "\\.").replace(/:\w+/g, "[^/]+")}$`);
}
