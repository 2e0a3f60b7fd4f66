import { readFileSync } from "node:fs";
import { watchCertificates } from "./certificate_watch.js";
import { parseAddress } from "./config/address.js";
import { certificateFiles } from "./config/certificates.js";
import { systemClock } from "./domain/clock.js";
import { startGateway } from "./gateway/server.js";
/**
 * Reads the files that the configuration names and starts the gateway, with the demo pages if they are wanted.
 *
 * @throws Error when a file cannot be read or the address cannot be bound.
 */
export async function startGatewayApp(config, log, { demo }) {
    const { address, apps, handleKeys, heartbeat, hostedApi, limits, service, tls } = config;
    const place = parseAddress(address);
    if (!place)
        throw new Error(`cannot listen on ${address}: it is not HOST:PORT`);
    const { maxTtl: maxTtlMs, ...counts } = limits;
    const client = { address: service.address, ...tlsOf(service) };
    const server = await startGateway({
        ...place,
        apps,
        handleKeys,
        hostedApi,
        limits: { ...counts, maxTtlMs },
        trustedProxies: config.trustedProxies,
        clientAddressHeader: config.clientAddressHeader,
        log,
        service: client,
        extend: demo
            ? async (server) => (await import("./demo/routes.js")).demoRoutes(server, client)
            : undefined,
        handleMaxAgeMs: config.handleMaxAge,
        heartbeatMs: heartbeat,
        tls: tls && { cert: readFileSync(tls.certFile, "utf8"), key: readFileSync(tls.keyFile, "utf8") },
        shutdownDeadlineMs: config.shutdown.deadline,
    });
    const end = watchCertificates(certificateFiles({ gateway: config }), log, systemClock);
    return {
        ...server,
        stop() {
            end();
            return server.stop();
        },
    };
}
/** The option `tls` of the clients; if nothing is configured it is for them to say. */
function tlsOf({ tls, caFile }) {
    if (caFile !== undefined)
        return { tls: { rootCertificates: readFileSync(caFile) } };
    return tls === undefined ? {} : { tls };
}
