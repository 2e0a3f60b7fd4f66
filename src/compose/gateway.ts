import type { Logger } from "pino";
import { parseAddress } from "../base/address.js";
import { systemClock } from "../base/clock.js";
import type { TlsCertificates } from "../client/index.js";
import type { GatewayConfig } from "../config/config.js";
import { readCertificateFiles } from "../config/files/certificates.js";
import type { ServerTlsConfig } from "../config/tls_config.js";
import type { GatewayObserver } from "../gateway/observer.js";
import { type GatewayServer, startGateway } from "../gateway/server.js";
import { createGatewayMetrics } from "../metrics/gateway_metrics.js";
import { createMetricsRegistry } from "../metrics/registry.js";
import type { Tracing } from "../tracing/tracing.js";
import { monitorCertificates } from "./certificate_monitor.js";
import type { ProcessMetrics } from "./metrics.js";
import {
  type CertificateSource,
  type CertificateTexts,
  createCertificateSource,
} from "./reload/certificate_source.js";
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
  {
    demo,
    metrics,
    tracing,
  }: {
    readonly demo: boolean;
    readonly metrics: ProcessMetrics | undefined;
    readonly tracing?: Tracing | undefined;
  },
): Promise<ReloadableGateway> {
  const { address, apps, handleKeys, heartbeatInterval, authingApi, rpcMethods, limits, service, tls } =
    config;
  const listenAddress = parseAddress(address);
  if (!listenAddress)
    throw new Error(`cannot listen on ${address}: the address must have the form HOST:PORT`);
  const { ticketTtl: ticketTtlMs, ...otherLimits } = limits;
  const serverCertificates =
    tls &&
    createCertificateSource("gateway.tls", tls, systemClock, (texts) =>
      server.replaceCertificate(toHttpServerTls(texts, tls)),
    );
  const clientCertificates = serviceCertificatesOf(service);
  const serviceOptions = {
    address: service.address,
    ...tlsOf(service, clientCertificates),
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
    tracer: tracing?.requestTracer(config.traceContextFrom),
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
    tls: tls && serverCertificates && toHttpServerTls(serverCertificates.current(), tls),
    shutdownDelayMs: config.shutdown.delay,
    shutdownDrainTimeMs: config.shutdown.drainTime,
    shutdownGracePeriodMs: config.shutdown.gracePeriod,
  });
  const certificateMonitor = monitorCertificates(
    readCertificateFiles({ gateway: config }),
    log,
    systemClock,
    metrics?.onCertificates,
  );
  return {
    ...server,
    ...combineReloadables([
      reloadableSettings(server),
      { prepareReload: async ({ gateway }) => serverCertificates?.prepare(gateway?.tls ?? {}) ?? (() => {}) },
      {
        async prepareReload({ gateway }) {
          const files = readCertificateFiles({ gateway });
          return () => certificateMonitor.replace(files);
        },
      },
      { prepareReload: async ({ gateway }) => clientCertificates.prepare(gateway?.service ?? {}) },
    ]),
    stop() {
      certificateMonitor.stop();
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

function toHttpServerTls({ certFile = "", keyFile = "" }: CertificateTexts, { minVersion }: ServerTlsConfig) {
  return { cert: certFile, key: keyFile, minVersion };
}

function serviceCertificatesOf(service: GatewayConfig["service"]): CertificateSource {
  return createCertificateSource("gateway.service", service, systemClock);
}

/**
 * Returns the option `tls` of the gRPC clients. Without a setting, the clients use their own default.
 *
 * @param certificates Certificates for each new connection. By default, those that the files have now.
 */
export function tlsOf(service: GatewayConfig["service"], certificates = serviceCertificatesOf(service)) {
  const { tls, caFile, certFile } = service;
  if (caFile === undefined && certFile === undefined) return tls === undefined ? {} : { tls };
  let source: CertificateTexts | undefined;
  let result: TlsCertificates = {};
  return {
    tls: (): TlsCertificates => {
      const texts = certificates.current();
      // The clients parse an object once.
      if (texts !== source) {
        result = { rootCertificates: texts.caFile, certChain: texts.certFile, privateKey: texts.keyFile };
        source = texts;
      }
      return result;
    },
  };
}
