import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { parseAddress } from "../base/address.js";
import { systemClock } from "../base/clock.js";
import type { GatewayConfig } from "../config/config.js";
import { readCertificateFiles } from "../config/files/certificates.js";
import { type GatewayServer, startGateway } from "../gateway/server.js";
import type { Tracing } from "../tracing/tracing.js";
import { monitorCertificates } from "./certificate_monitor.js";
import { combineReloadables, type Reloadable } from "./reload/reloadable.js";

/** A running gateway. A reload applies to requests from then on. */
export type ReloadableGateway = GatewayServer & Reloadable;

/**
 * Reads the files that the configuration names and starts the gateway.
 *
 * @param options `demo` adds the demo pages and the OpenAPI description.
 * @throws Error when a file cannot be read or the address cannot be bound.
 */
export async function startGatewayFromConfig(
  config: GatewayConfig,
  log: Logger,
  { demo, tracing }: { readonly demo: boolean; readonly tracing?: Tracing | undefined },
): Promise<ReloadableGateway> {
  const { address, apps, handleKeys, heartbeatInterval, authingApi, rpcMethods, limits, service, tls } =
    config;
  const listenAddress = parseAddress(address);
  if (!listenAddress)
    throw new Error(`cannot listen on ${address}: the address must have the form HOST:PORT`);
  const { ticketTtl: ticketTtlMs, ...otherLimits } = limits;
  const serviceOptions = { address: service.address, ...tlsOf(service) };
  const server = await startGateway({
    ...listenAddress,
    allowPlaintextOnNetwork: config.allowPlaintextOnNetwork,
    apps,
    handleKeys,
    authingApi,
    rpcMethods,
    limits: { ...otherLimits, ticketTtlMs },
    trustedProxies: config.trustedProxies,
    clientIpHeader: config.clientIpHeader,
    log,
    tracer: tracing?.requestTracer(config.traceContextFrom),
    service: serviceOptions,
    extend: demo
      ? async (server) => {
          await (await import("../demo/demo_routes.js")).demoRoutes(server, serviceOptions);
          await (await import("../demo/openapi_routes.js")).openapiRoutes(server, rpcMethods);
        }
      : undefined,
    handleTtlMs: config.handleTtl,
    heartbeatIntervalMs: heartbeatInterval,
    tls: tls && {
      cert: readFileSync(tls.certFile, "utf8"),
      key: readFileSync(tls.keyFile, "utf8"),
      minVersion: tls.minVersion,
    },
    shutdownGracePeriodMs: config.shutdown.gracePeriod,
  });
  const stopCertificateMonitor = monitorCertificates(
    readCertificateFiles({ gateway: config }),
    log,
    systemClock,
  );
  return {
    ...server,
    ...combineReloadables([]),
    stop() {
      stopCertificateMonitor();
      return server.stop();
    },
  };
}

/** Returns the option `tls` of the gRPC clients. Without a setting, the clients use their own default. */
export function tlsOf({ tls, caFile }: GatewayConfig["service"]) {
  if (caFile !== undefined) return { tls: { rootCertificates: readFileSync(caFile) } };
  return tls === undefined ? {} : { tls };
}
