import { startApp } from "./app.js";
import { watchCertificates } from "./certificate_watch.js";
import { certificateFiles } from "./config/certificates.js";
import { ownDescriptors, watchDescriptors } from "./descriptors.js";
import { systemClock } from "./domain/clock.js";
import { startGatewayApp } from "./gateway_app.js";
/**
 * Starts the service, and in development mode the gateway beside it. Elsewhere the gateway is a process of its own.
 *
 * @param start What starts the service; in this process by default.
 * @throws Error when the service cannot start or an address cannot be bound; nothing is left running then.
 */
export async function startServing(config, log, start = startApp, clock = systemClock) {
    const app = supervised(await start(config, log), config, log, clock);
    const { development, gateway: wished, grpc } = config;
    if (!development || !wished)
        return { ...app, gatewayAddress: undefined };
    let gateway;
    try {
        gateway = await startGatewayApp(beside(app.grpcAddress, grpc.tls, wished), log, { demo: true });
    }
    catch (error) {
        await app.stop();
        throw error;
    }
    let stopped;
    return {
        grpcAddress: app.grpcAddress,
        gatewayAddress: gateway.address,
        stop() {
            stopped ??= gateway.stop().finally(() => app.stop());
            return stopped;
        },
    };
}
/** Returns how many file descriptors a service with these limits may need. Development mode serves one person, whatever the limits. */
export function descriptorsNeeded({ development, grpc }) {
    return development ? ownDescriptors : ownDescriptors + grpc.limits.connections;
}
/** Returns how many file descriptors a gateway with these limits may need. */
export function gatewayDescriptorsNeeded(gateway) {
    return ownDescriptors + gatewayConnections(gateway);
}
/** The connections of trusted proxies are counted apart, and may be as many again. */
function gatewayConnections({ limits, trustedProxies }) {
    return trustedProxies.length > 0 ? 2 * limits.connections : limits.connections;
}
/** The service, whose certificates and descriptors are looked after while it runs. */
function supervised(app, config, log, clock) {
    const { grpc, store } = config;
    const endCertificates = watchCertificates(certificateFiles({ grpc, store }), log, clock);
    const endDescriptors = watchDescriptors({ needed: descriptorsNeeded(config), log, clock });
    return {
        ...app,
        stop() {
            endCertificates();
            endDescriptors();
            return app.stop();
        },
    };
}
/** The gateway of the service in the same process, which it trusts by the certificate itself. */
function beside(address, tls, gateway) {
    const caFile = tls && (gateway.service.caFile ?? tls.certFile);
    return { ...gateway, service: { address, tls: tls !== undefined, caFile } };
}
