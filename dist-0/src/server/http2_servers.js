/**
 * Puts the gate before every listener of a server that is bound.
 *
 * @throws Error when grpc-js keeps its HTTP/2 servers elsewhere than the version that this was written for.
 */
export function gateHttp2Servers(server, gate) {
    const servers = http2ServersOf(server);
    if (servers.length === 0)
        throw new Error("grpc-js does not show its HTTP/2 servers: limits cannot be held");
    for (const http2Server of servers) {
        intercept(http2Server, "connection", (proceed, socket) => {
            if (gate.connection(socket))
                proceed();
        });
        http2Server.on("session", (session) => gate.session(session));
        intercept(http2Server, "stream", gate.stream);
    }
}
/**
 * grpc-js has no public way to its connections or streams: interceptors see calls, and can neither reset a stream that is
 * answered but not ended by its peer nor refuse a connection. By brackets the compiler still checks that the member is there.
 */
function http2ServersOf(server) {
    // biome-ignore lint/complexity/useLiteralKeys: a private member is reachable by brackets alone.
    const servers = server["http2Servers"];
    return [...(servers?.keys() ?? [])];
}
/** Puts a function before the listeners of an event, which are called when it proceeds. */
function intercept(server, event, gate) {
    const listeners = server.listeners(event);
    server.removeAllListeners(event);
    server.on(event, (...args) => {
        gate(() => {
            for (const listener of listeners)
                Reflect.apply(listener, server, args);
        }, ...args);
    });
}
