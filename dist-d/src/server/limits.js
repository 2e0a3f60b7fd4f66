import { QrLoginServiceService } from "../../gen/qrlogin/v1/qr_login_service.js";
import { createArrivals } from "./arrivals.js";
import { createConnections } from "./connections.js";
import { createFloodLog } from "./flood_log.js";
import { gateHttp2Servers } from "./http2_servers.js";
import { createOpenCalls } from "./open_calls.js";
import { dropUnreadFields, listSizeOf, weightOf } from "./request_metadata.js";
/** The longest time between two sweeps, in milliseconds. Time-outs are late by at most this much. */
const longestInterval = 1_000;
/** Least number of sweeps in the shortest time-out. */
const sweepsPerTimeout = 4;
/** Least age of an incomplete request that is ended because there are too many, in milliseconds. */
const crowdedAge = 1_000;
/** Time that a call may last whose requests are a stream, in milliseconds. Reflection alone has such calls. */
const requestStreamTimeout = 60_000;
/** Time that a peer has to close its end of a connection, in milliseconds. */
const closeTimeout = 5_000;
export function createLimits({ config, clock, log, services }) {
    const shortest = Math.min(config.handshakeTimeout, config.requestTimeout);
    const interval = Math.min(longestInterval, Math.ceil(shortest / sweepsPerTimeout));
    const sweepsIn = (ms) => Math.ceil(ms / interval);
    const floods = createFloodLog(log, clock);
    const connections = createConnections({
        connections: config.connections,
        connectionsPerAddress: config.connectionsPerAddress,
        handshakeSweeps: sweepsIn(config.handshakeTimeout),
        closeSweeps: sweepsIn(closeTimeout),
    }, floods);
    const calls = createOpenCalls({
        metadataBytes: config.metadataBytes,
        incompleteRequests: config.incompleteRequests,
        requestSweeps: sweepsIn(config.requestTimeout),
        requestStreamSweeps: sweepsIn(requestStreamTimeout),
        crowdedSweeps: sweepsIn(Math.min(crowdedAge, config.requestTimeout)),
    }, connections, describeMethods(services), floods);
    const arrivals = createArrivals(connections.setReading);
    let cancel = () => { };
    function sweepLater() {
        cancel = clock.after(interval, () => {
            connections.sweep();
            calls.sweep();
            sweepLater();
        });
    }
    return {
        floods,
        attach(server) {
            gateHttp2Servers(server, {
                connection: connections.admit,
                session(session) {
                    // Node.js then resets a larger call before its metadata becomes strings, which only a collection frees.
                    session.settings({ maxHeaderListSize: config.metadataBytes });
                    connections.opened(session);
                },
                stream(proceed, stream, headers, flags, rawHeaders) {
                    const size = listSizeOf(rawHeaders);
                    if (!calls.admit(stream, size))
                        return;
                    const weight = weightOf(size);
                    if (weight > 1)
                        dropUnreadFields(headers);
                    arrivals.add(stream, weight, () => {
                        calls.begin(stream, headers, flags, weight);
                        proceed(stream, headers, flags, rawHeaders);
                    });
                },
            });
            sweepLater();
        },
        close() {
            cancel();
            connections.destroy();
            floods.close();
        },
    };
}
function describeMethods(services) {
    const unknown = { kind: "unary", needsCredential: false };
    const methods = new Map();
    for (const service of services) {
        const needsCredential = service === QrLoginServiceService;
        for (const { path, requestStream, responseStream } of Object.values(service)) {
            const kind = requestStream ? "requestStream" : responseStream ? "responseStream" : "unary";
            methods.set(path, { kind, needsCredential });
        }
    }
    return (path) => methods.get(path) ?? unknown;
}
