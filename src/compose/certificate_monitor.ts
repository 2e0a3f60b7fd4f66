import type { Logger } from "pino";
import type { Clock } from "../base/clock.js";
import {
  type CertificateFile,
  describeExpiryWarning,
  describeValidityProblem,
} from "../config/files/certificates.js";

const day = 86_400_000;

/**
 * Logs what is wrong with the validity of certificates: now, when one of them expires, and every day. A warning when one
 * expires soon, an error when it is not valid. Returns a function that ends it.
 *
 * The service starts with an expired certificate all the same. Clients that do not check it go on, and a process that could
 * not come back from a restart would turn a late renewal into an outage of its own.
 */
export function monitorCertificates(
  files: readonly CertificateFile[],
  log: Pick<Logger, "warn" | "error">,
  clock: Clock,
): () => void {
  let cancel = () => {};

  function check(): void {
    const now = clock.wallNow();
    let delay = day;
    for (const certificate of files) {
      const { setting, file } = certificate;
      const failure = describeValidityProblem(certificate, now);
      const warning = failure === undefined ? describeExpiryWarning(certificate, now) : undefined;
      if (failure !== undefined) log.error({ setting, file }, `${failure}. Renew it and restart`);
      if (warning !== undefined) log.warn({ setting, file }, `${warning} and restart`);
      if (certificate.validTo > now) delay = Math.min(delay, certificate.validTo - now);
    }
    cancel = clock.after(delay, check);
  }

  if (files.length > 0) check();
  return () => cancel();
}
