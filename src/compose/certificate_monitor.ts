import type { Logger } from "pino";
import type { Clock } from "../base/clock.js";
import {
  type CertificateFile,
  describeExpiryWarning,
  describeValidityProblem,
} from "../config/files/certificates.js";

/** One day, in milliseconds. */
const dayMs = 86_400_000;

/** Monitor of the certificates in use. */
export interface CertificateMonitor {
  /** Monitors these certificates in place of the ones before. */
  replace(files: readonly CertificateFile[]): void;
  stop(): void;
}

/**
 * Monitors the validity of certificates: checks now, every day, and whenever a certificate expires. Logs a
 * warning if a certificate expires soon and an error if it is not valid.
 *
 * An expired certificate does not prevent a start. Clients that do not check it keep working, and a service
 * that cannot be restarted would turn a late renewal into an outage.
 *
 * @param onReplaced Called with the certificates that are monitored from now on, and with those before.
 */
export function monitorCertificates(
  files: readonly CertificateFile[],
  log: Pick<Logger, "warn" | "error">,
  clock: Clock,
  onReplaced: (inUse: readonly CertificateFile[], before: readonly CertificateFile[]) => void = () => {},
): CertificateMonitor {
  let current: readonly CertificateFile[] = [];
  let cancel = () => {};

  function check(): void {
    const now = clock.wallNow();
    let delay = dayMs;
    for (const certificate of current) {
      const { setting, file } = certificate;
      const failure = describeValidityProblem(certificate, now);
      const warning = failure === undefined ? describeExpiryWarning(certificate, now) : undefined;
      if (failure !== undefined)
        log.error({ setting, file }, `${failure}. Renew it: a renewed one is used without a restart`);
      if (warning !== undefined)
        log.warn({ setting, file }, `${warning}. A renewed one is used without a restart`);
      if (certificate.validTo > now) delay = Math.min(delay, certificate.validTo - now);
    }
    cancel = clock.after(delay, check);
  }

  function replace(next: readonly CertificateFile[]): void {
    cancel();
    onReplaced(next, current);
    current = next;
    if (next.length > 0) check();
  }

  replace(files);
  return { replace, stop: () => cancel() };
}
