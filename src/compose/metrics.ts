import type { Logger } from "pino";
import { systemClock } from "../base/clock.js";
import { ownVersion } from "../base/own_version.js";
import type { MetricsConfig } from "../config/config.js";
import type { CertificateFile } from "../config/files/certificates.js";
import type { LogLosses } from "../log/process_log.js";
import { createCertificateMetrics } from "../metrics/certificate_metrics.js";
import { startMetricsEndpoint } from "../metrics/endpoint.js";
import { addLogMetrics } from "../metrics/log_metrics.js";
import { addProcessMetrics, withAggregations } from "../metrics/process_metrics.js";
import {
  createMetricsRegistry,
  formatSnapshots,
  type MetricsRegistry,
  type Snapshot,
} from "../metrics/registry.js";
import { createReloadMetrics } from "../metrics/reload_metrics.js";
import type { OnReloadResult } from "./reload/reloader.js";

/** Something that has metrics: a service, its workers, a gateway. */
export interface MetricsSource {
  /** Resolves with the values at this moment, one snapshot for each process or part of it; empty if it has none. */
  readMetrics(): Promise<readonly Snapshot[]>;
}

/** Addresses of the endpoints if the configuration names none. They differ, since both may run on one machine. */
export const defaultMetricsAddress = { service: "127.0.0.1:9464", gateway: "127.0.0.1:9465" } as const;

/** The metrics of a process and their endpoint. */
export interface ProcessMetrics {
  /** Registry for what is there once in a process, such as certificates and reloads. */
  readonly registry: MetricsRegistry;
  /** Address of the endpoint, with the actual port; undefined if it is not served. */
  readonly address: string | undefined;
  /** Counts a reload of the configuration. */
  readonly onReloadResult: OnReloadResult;
  /** Reports the certificates of a server, and those that they replace. The values of the label are settings. */
  onCertificates(inUse: readonly CertificateFile[], before: readonly CertificateFile[]): void;
  /** Adds the metrics of a server to the scrapes. */
  add(source: MetricsSource): void;
  /** Stops the endpoint. */
  stop(): Promise<void>;
}

/**
 * Collects the metrics of this process and serves them, or logs why it cannot at the default address. To be called
 * once in a process. It comes before the servers and stops after them, so that starts and stops can be observed.
 *
 * @throws Error when the configured address cannot be bound.
 */
export async function startProcessMetrics(
  { address }: MetricsConfig,
  defaultAddress: string,
  log: Logger,
  losses: Readonly<LogLosses>,
): Promise<ProcessMetrics> {
  const { registry, readMetrics } = createProcessRegistry(losses);
  const sources: MetricsSource[] = [{ readMetrics }];
  const read = async () => {
    const snapshots = await Promise.all(sources.map((source) => source.readMetrics()));
    return formatSnapshots(snapshots.flat().map(withAggregations));
  };
  const endpoint = await startMetricsEndpoint(address ?? defaultAddress, read).catch((error: unknown) => {
    // Whoever configured an address relies on it. The default one may belong to another qrlogin on this machine.
    if (address !== undefined || !isAddressInUse(error))
      throw new Error(`cannot serve the metrics: ${messageOf(error)}`, { cause: error });
    log.warn(
      { address: defaultAddress },
      "the default address of the metrics is in use; they are not served",
    );
    return undefined;
  });
  return {
    registry,
    onReloadResult: createReloadMetrics(registry, systemClock),
    address: endpoint?.address,
    onCertificates: createCertificateMetrics(registry),
    add: (source) => void sources.push(source),
    async stop() {
      await endpoint?.stop();
    },
  };
}

/** Creates a registry with the metrics of this process and its log. To be called once in a process. */
export function createProcessRegistry(
  losses: Readonly<LogLosses>,
): MetricsSource & { readonly registry: MetricsRegistry } {
  const registry = createMetricsRegistry();
  addLogMetrics(registry, losses);
  addProcessMetrics(registry, ownVersion());
  return { registry, readMetrics: async () => [await registry.snapshot()] };
}

const messageOf = (error: unknown) => (error instanceof Error ? error.message : String(error));

function isAddressInUse(error: unknown): boolean {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause instanceof Error && "code" in cause && cause.code === "EADDRINUSE";
}
