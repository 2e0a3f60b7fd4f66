import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { parseAddress } from "../base/address.js";
import { systemClock } from "../base/clock.js";
import type { GatewayConfig } from "../config/config.js";
import { readCertificateFiles } from "../config/files/certificates.js";
import type { GatewayObserver } from "../gateway/observer.js";
import { type GatewayServer, startGateway } from "../gateway/server.js";
import { createGatewayMetrics } from "../metrics/gateway_metrics.js";
import { createMetricsRegistry } from "../metrics/registry.js";
import { monitorCertificates } from "./certificate_monitor.js";
import type { ProcessMetrics } from "./metrics.js";
import { combineReloadables, type Reloadable } from "./reload/reloadable.js";

/** A running gateway. A reload applies to requests from then on. */
export type ReloadableGateway = GatewayServer & Reloadable;

/**
 * Reads the files that the configuration names and starts the gateway.
 *
 * @param options `demo` adds the demo pages and the OpenAPI description. `metrics` are those of the process, to which
 *   the gateway adds its own. Without them it collects none.
 * @throws Error when a file cannot be read or the address cannot be bound.
 */
export async function startGatewayFromConfig(
  config: GatewayConfig,
  log: Logger,
  { demo, metrics }: { readonly demo: boolean; readonly metrics: ProcessMetrics | undefined },
): Promise<ReloadableGateway> {
  const { address, apps, handleKeys, heartbeatInterval, authingApi, rpcMethods, limits, service, tls } =
    config;
  const listenAddress = parseAddress(address);
  if (!listenAddress)
    throw new Error(`cannot listen on ${address}: the address must have the form HOST:PORT`);
  const { ticketTtl: ticketTtlMs, ...otherLimits } = limits;
  const serviceOptions = {
    address: service.address,
    ...tlsOf(service),
    // grpc-js would read `https_proxy`, which is set for other programs. A web proxy cuts long streams.
    channelOptions: { "grpc.enable_http_proxy": 0 },
  };
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
    service: serviceOptions,
    observer: metrics && addGatewayMetrics(metrics),
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
    shutdownDelayMs: config.shutdown.delay,
    shutdownDrainTimeMs: config.shutdown.drainTime,
    shutdownGracePeriodMs: config.shutdown.gracePeriod,
  });
  const stopCertificateMonitor = monitorCertificates(
    readCertificateFiles({ gateway: config }),
    log,
    systemClock,
  );
  return {
    ...server,
    ...combineReloadables([reloadableSettings(server)]),
    stop() {
      stopCertificateMonitor();
      return server.stop();
    },
  };
}

/** Returns the settings of a gateway that change while it runs as a component. */
function reloadableSettings(server: GatewayServer): Reloadable {
  return {
    async prepareReload({ gateway, log }) {
      if (!gateway) throw new Error("the configuration has no gateway section");
      return server.prepareSettings({ ...gateway, logLevel: log.level });
    },
  };
}

/** Returns the observer whose metrics the scrapes of the process include. */
function addGatewayMetrics(metrics: ProcessMetrics): GatewayObserver {
  const registry = createMetricsRegistry();
  metrics.add({ readMetrics: async () => [await registry.snapshot()] });
  return createGatewayMetrics(registry);
}

/** Returns the option `tls` of the gRPC clients. Without a setting, the clients use their own default. */
export function tlsOf({ tls, caFile, certFile, keyFile }: GatewayConfig["service"]) {
  if (caFile === undefined && certFile === undefined) return tls === undefined ? {} : { tls };
  const read = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file));
  return { tls: { rootCertificates: read(caFile), certChain: read(certFile), privateKey: read(keyFile) } };
}
