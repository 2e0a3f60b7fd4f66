import fastify, { LogController } from "fastify";
import { systemClock } from "../domain/clock.js";
import { listenFailure } from "../domain/listen_failure.js";
import { sendProblem } from "./errors.js";
import { admitForwarded, proxiesIn } from "./forwarded.js";
import { createHttpServer } from "./http_server.js";
import { registerGateway } from "./plugin.js";
import { routeNotFound } from "./refusal.js";
import { errorSerializer } from "./request_log.js";
/**
 * Starts a gateway.
 *
 * @throws Error that says in one line why it cannot listen; TypeError, RangeError when an option makes no sense.
 */
export async function startGateway(options, clock = systemClock) {
    const { host, port } = options;
    const server = createServer(options);
    try {
        await registerGateway(server, options, clock);
        server.get("/healthz", async (_request, reply) => {
            reply.header("cache-control", "no-store");
            return { status: "ok" };
        });
        await options.extend?.(server);
        // Fastify's own line about it would come before ours, which says that all is ready.
        const { level } = server.log;
        server.log.level = "warn";
        await server.listen({ host, port });
        server.log.level = level;
    }
    catch (error) {
        await server.close();
        throw error instanceof Error && "syscall" in error
            ? new Error(`cannot listen on ${placeOf(host, port)}: ${listenFailure(error.message)}`, {
                cause: error,
            })
            : error;
    }
    let stopped;
    return {
        address: addressOf(server, host),
        stop() {
            stopped ??= stop(server, options.shutdownDeadlineMs, clock);
            return stopped;
        },
    };
}
const defaultConnections = { connections: 20_000, connectionsPerAddress: 5_000 };
function createServer(options) {
    const { tls, trustedProxies, clientAddressHeader = "x-forwarded-for", log, limits } = options;
    const forwarded = { isProxy: proxiesIn(trustedProxies), clientAddressHeader };
    const { connections, connectionsPerAddress } = { ...defaultConnections, ...limits };
    const server = fastify({
        loggerInstance: log.child({}, { serializers: { err: errorSerializer } }),
        // One line of ours for each request; fastify's own show the address, which may hold a handle.
        logController: new LogController({ disableRequestLogging: true }),
        // What is left of these headers may be believed; see admitForwarded.
        trustProxy: (_address, hop) => hop === 0,
        // A poll that comes in the moment of stopping is still answered: one 503 ends an SDK's polling for good.
        return503OnClosing: false,
        serverFactory: (handler) => createHttpServer((request, response) => {
            admitForwarded(request.headers, request.socket.remoteAddress ?? "", forwarded);
            handler(request, response);
        }, { tls, trustedProxies, connections, connectionsPerAddress }),
        // What cannot even be routed, such as a broken escape in the address.
        frameworkErrors: sendProblem,
    });
    server.setErrorHandler(sendProblem);
    server.setNotFoundHandler((request, reply) => {
        sendProblem(routeNotFound(), request, reply);
    });
    return server;
}
async function stop(server, deadlineMs, clock) {
    const stopWaiting = clock.after(deadlineMs, () => server.server.closeAllConnections());
    try {
        await server.close();
    }
    finally {
        stopWaiting();
    }
}
function addressOf(server, host) {
    const bound = server.server.address();
    const port = typeof bound === "object" && bound !== null ? bound.port : 0;
    return placeOf(host, port);
}
function placeOf(host, port) {
    return host.includes(":") ? `[${host}]:${port}` : `${host}:${port}`;
}
