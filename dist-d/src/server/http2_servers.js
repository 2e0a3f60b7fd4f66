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
        const connected = takeListener(http2Server, "connection");
        http2Server.on("connection", (socket) => {
            if (gate.connection(socket))
                connected(socket);
        });
        http2Server.on("session", (session) => gate.session(session));
        const proceed = takeListener(http2Server, "stream");
        const listener = (stream, headers, flags, rawHeaders) => gate.stream(proceed, stream, headers, flags, rawHeaders);
        http2Server.on("stream", listener);
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
/** Removes the listeners of an event from the server and returns a function that calls them. */
function takeListener(server, event) {
    const listeners = server.listeners(event).map((listener) => listener.bind(server));
    server.removeAllListeners(event);
    const [only, ...more] = listeners;
    // Without a copy of the arguments, since all streams pass here.
    if (only && more.length === 0)
        return only;
    return (...args) => {
        for (const listener of listeners)
            listener(...args);
    };
}
