import type { Logger } from "pino";
import { type CertificateFile } from "./config/certificates.js";
import type { Clock } from "./domain/clock.js";
/**
 * Logs what is wrong with the validity of certificates: now, when one of them expires, and every day. A warning when one
 * expires soon, an error when it is not valid. Returns a function that ends it.
 *
 * The service starts with an expired certificate all the same. Clients that do not check it go on, and a process that could
 * not come back from a restart would turn a late renewal into an outage of its own.
 */
export declare function watchCertificates(files: readonly CertificateFile[], log: Pick<Logger, "warn" | "error">, clock: Clock): () => void;
