import { createServer as createPlain } from "node:http";
import { createServer as createTls } from "node:https";
import { createFairQueue } from "../domain/fair_queue.js";
import { addressOf, countedAddressOf } from "./caller_address.js";
import { proxiesIn } from "./forwarded.js";
/** Limits of a connection, with times in milliseconds. A well-behaved client does not notice them. */
const defaultBounds = {
    // In bytes, the first line included: a handle in the address, cookies, and a token take under 8 KiB.
    maxHeaderSize: 16_384,
    headersTimeout: 10_000,
    requestTimeout: 30_000,
    // Longer than proxies keep a connection that nobody uses, or they send a request into one that is being closed.
    keepAliveTimeout: 72_000,
    // How late the two time-outs of a request may be noticed.
    connectionsCheckingInterval: 5_000,
    // Of TLS.
    handshakeTimeout: 10_000,
};
/** After so many requests a connection is closed, so that what was bound to it is let go. */
const maxRequestsPerSocket = 10_000;
/** Creates the HTTP server of a gateway, with a bound for whatever a caller can hold open. Tests give shorter times. */
export function createHttpServer(handler, { tls, trustedProxies, ...limits }, bounds = {}) {
    const bounded = { ...defaultBounds, ...bounds };
    const server = tls ? createTls({ ...bounded, ...tls }, handler) : createPlain(bounded, handler);
    server.maxRequestsPerSocket = maxRequestsPerSocket;
    limitConnections(server, limits, proxiesIn(trustedProxies));
    return server;
}
function limitConnections(server, { connections, connectionsPerAddress }, isProxy) {
    const direct = createFairQueue(connections);
    let proxied = 0;
    server.on("connection", (socket) => {
        const caller = { ip: socket.remoteAddress ?? "" };
        if (isProxy(addressOf(caller))) {
            if (proxied >= connections)
                return void socket.destroy();
            proxied++;
            socket.once("close", () => proxied--);
            return;
        }
        const address = countedAddressOf(caller);
        if (direct.countOf(address) >= connectionsPerAddress)
            return void socket.destroy();
        socket.once("close", () => direct.remove(address, socket));
        direct.add(address, socket)?.destroy();
    });
}
