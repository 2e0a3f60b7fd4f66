import { systemClock } from "../../src/base/clock.js";
import { createWorkersMetrics } from "../../src/compose/workers/worker_metrics.js";
import { createCertificateMetrics } from "../../src/metrics/certificate_metrics.js";
import { createGatewayMetrics } from "../../src/metrics/gateway_metrics.js";
import { addLogMetrics } from "../../src/metrics/log_metrics.js";
import { addProcessMetrics } from "../../src/metrics/process_metrics.js";
import { createMetricsRegistry, type MetricDescription } from "../../src/metrics/registry.js";
import { createReloadMetrics } from "../../src/metrics/reload_metrics.js";
import { createServiceMetrics } from "../../src/metrics/service_metrics.js";

/** Metrics of a process, those of Node.js among them. */
export const processRegistry = createMetricsRegistry();
addProcessMetrics(processRegistry, "1.0.0");
addLogMetrics(processRegistry, { lines: 0 });
createCertificateMetrics(processRegistry);
createReloadMetrics(processRegistry, systemClock);

/** Returns the metrics of all programs, without those of Node.js. */
export function allDescriptions(): MetricDescription[] {
  const workersRegistry = createWorkersMetrics(systemClock).registry;
  const services = (["memory", "redis"] as const).map((storeKind) => {
    const registry = createMetricsRegistry();
    const observers = createServiceMetrics(registry, { clock: systemClock, storeKind });
    observers.onServerStart(() => ({ connections: 0, calls: 0, watches: 0 }));
    return registry;
  });
  const gatewayRegistry = createMetricsRegistry();
  createGatewayMetrics(gatewayRegistry);
  const all = [processRegistry, workersRegistry, ...services, gatewayRegistry].flatMap((one) =>
    one.descriptions(),
  );
  return [...new Map(all.map((description) => [description.name, description])).values()];
}
