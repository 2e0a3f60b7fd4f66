import type { MetricsRegistry } from "./registry.js";

/** Certificate in use. */
interface CertificateInUse {
  /** Setting that names its file. */
  readonly setting: string;
  /** End of validity, in milliseconds since the Unix epoch. */
  readonly validTo: number;
}

/**
 * Creates the metric of certificates. Returns a function that reports those of a server in place of those before, and
 * leaves those of other servers in the process. The label is bounded by the settings.
 */
export function createCertificateMetrics(
  registry: MetricsRegistry,
): (inUse: readonly CertificateInUse[], before: readonly CertificateInUse[]) => void {
  const expiry = registry.gauge({
    name: "qrlogin_certificate_expiry_timestamp_seconds",
    help: "Time at which a certificate in use expires, as Unix time.",
    labels: ["setting"],
  });
  return (inUse, before) => {
    for (const { setting } of before) expiry.remove({ setting });
    for (const { setting, validTo } of inUse) expiry.declare({ setting }).set(validTo / 1000);
  };
}
