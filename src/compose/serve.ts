import type { Logger } from "pino";
import { type Clock, systemClock } from "../base/clock.js";
import type { Config, GatewayConfig } from "../config/config.js";
import { readCertificateFiles } from "../config/files/certificates.js";
import type { GatewayServer } from "../gateway/server.js";
import type { LogLosses } from "../log/process_log.js";
import type { Tracing } from "../tracing/tracing.js";
import { monitorCertificates } from "./certificate_monitor.js";
import { monitorDescriptors, reservedDescriptors } from "./file_descriptors.js";
import { startGatewayFromConfig } from "./gateway.js";
import { defaultMetricsAddress, type ProcessMetrics, startProcessMetrics } from "./metrics.js";
import { combineReloadables, type Reloadable } from "./reload/reloadable.js";
import type { OnReloadResult } from "./reload/reloader.js";
import { type Service, startService } from "./service.js";

/** The servers that `qrlogin serve` runs. In development mode, nothing is reloaded. */
export interface RunningServers extends Reloadable {
  /** Address on which gRPC listens, with the actual port. */
  readonly grpcAddress: string;
  /** Address on which the gateway listens, if it runs in this process. */
  readonly gatewayAddress: string | undefined;
  /** Address of the metrics; undefined if they are not served. */
  readonly metricsAddress: string | undefined;
  /** Counts a reload; undefined if the process has no metrics. */
  readonly onReloadResult: OnReloadResult | undefined;
  /** Stops gracefully, the gateway before the service that it calls. A second call waits for the first. */
  stop(): Promise<void>;
}

/** Options of {@link startServers}. */
export interface ServeOptions {
  /** Starts the service. Default: in this process. */
  readonly start?: (() => Promise<Service>) | undefined;
  readonly clock?: Clock | undefined;
  /** Lines that the log has dropped, for metrics. */
  readonly losses?: Readonly<LogLosses> | undefined;
  /** Traces of the gateway in this process. */
  readonly tracing?: Tracing | undefined;
}

/**
 * Starts the service and, in development mode, the gateway in the same process. Otherwise the gateway is a
 * separate process.
 *
 * @throws Error when the service cannot start or an address cannot be bound. Nothing is left running then.
 */
export async function startServers(
  config: Config,
  log: Logger,
  {
    start = () => startService(config, log),
    clock = systemClock,
    tracing,
    losses = { lines: 0 },
  }: ServeOptions = {},
): Promise<RunningServers> {
  const metrics = config.metrics.enabled
    ? await startProcessMetrics(config.metrics, defaultMetricsAddress.service, log, losses)
    : undefined;
  const running: { stop(): Promise<void> }[] = metrics ? [metrics] : [];
  /** Stops what is running, in the reverse order of its start. */
  const stop = async () => {
    for (const each of running.reverse()) await each.stop();
  };
  try {
    const service = withMonitors(await start(), config, metrics, log, clock);
    running.push(service);
    metrics?.add(service);
    const gateway = await startDevelopmentGateway(config, service.grpcAddress, { metrics, tracing }, log);
    if (gateway) running.push(gateway);
    let stopPromise: Promise<void> | undefined;
    return {
      grpcAddress: service.grpcAddress,
      gatewayAddress: gateway?.address,
      metricsAddress: metrics?.address,
      onReloadResult: metrics?.onReloadResult,
      prepareReload: service.prepareReload,
      stop() {
        stopPromise ??= stop();
        return stopPromise;
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function startDevelopmentGateway(
  { development, gateway, grpc }: Config,
  grpcAddress: string,
  {
    metrics,
    tracing,
  }: { readonly metrics: ProcessMetrics | undefined; readonly tracing: Tracing | undefined },
  log: Logger,
): Promise<GatewayServer | undefined> {
  if (!development || !gateway) return undefined;
  return startGatewayFromConfig(localGatewayConfig(grpcAddress, grpc.tls, gateway), log, {
    demo: true,
    metrics,
    tracing,
  });
}

/**
 * Returns how many file descriptors a service with these limits may need. Development mode serves one person,
 * so its limit of connections is ignored.
 */
export function descriptorsNeeded({ development, grpc }: Pick<Config, "development" | "grpc">): number {
  return development ? reservedDescriptors : reservedDescriptors + grpc.limits.connections;
}

/** Returns how many file descriptors a gateway with these limits may need. */
export function gatewayDescriptorsNeeded(gateway: GatewayConfig): number {
  return reservedDescriptors + maxGatewayConnections(gateway);
}

/**
 * Returns how many connections the gateway may have. Connections of trusted proxies have a separate limit of
 * the same size.
 */
function maxGatewayConnections({ limits, trustedProxies }: GatewayConfig): number {
  return trustedProxies.length > 0 ? 2 * limits.connections : limits.connections;
}

/** Returns the service with monitors of its certificates and file descriptors, which stop with it. */
function withMonitors(
  service: Service,
  config: Config,
  metrics: ProcessMetrics | undefined,
  log: Logger,
  clock: Clock,
): Service {
  // Those of the gateway are its own matter.
  const filesOf = ({ grpc, store, outgoing }: Config) => readCertificateFiles({ grpc, store, outgoing });
  const certificateMonitor = monitorCertificates(filesOf(config), log, clock, metrics?.onCertificates);
  const stopDescriptorMonitor = monitorDescriptors({ needed: descriptorsNeeded(config), log, clock });
  return {
    ...service,
    ...combineReloadables([
      service,
      {
        async prepareReload(next) {
          const files = filesOf(next);
          return () => certificateMonitor.replace(files);
        },
      },
    ]),
    stop() {
      certificateMonitor.stop();
      stopDescriptorMonitor();
      return service.stop();
    },
  };
}

/**
 * Returns the configuration of the gateway with the address of the service in this process. The gateway
 * trusts the service's own certificate.
 */
function localGatewayConfig(
  address: string,
  tls: Config["grpc"]["tls"],
  gateway: GatewayConfig,
): GatewayConfig {
  const caFile = tls && (gateway.service.caFile ?? tls.certFile);
  return { ...gateway, service: { ...gateway.service, address, tls: tls !== undefined, caFile } };
}
