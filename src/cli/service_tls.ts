import { readFileSync } from "node:fs";
import { createSecureContext } from "node:tls";
import { type Command, Option } from "commander";
import type { TlsCertificates } from "../client/index.js";
import { describePairMistake } from "../config/files/pem.js";

/** Options of a command that name the certificates of its connection to the service. */
export interface ServiceTlsOptions {
  readonly caFile?: string;
  readonly certFile?: string;
  readonly keyFile?: string;
}

/**
 * Adds the options of {@link ServiceTlsOptions} to a command.
 *
 * @param conflicts Names of options of the command that turn TLS off.
 */
export function withServiceTls(command: Command, conflicts: string[] = []): Command {
  const options = [
    new Option("--ca-file <file>", "root certificates to trust at the service, PEM"),
    new Option("--cert-file <file>", "client certificate to present to the service, PEM; needs --key-file"),
    new Option("--key-file <file>", "private key of the client certificate, PEM"),
  ];
  for (const option of options) command.addOption(option.conflicts(conflicts));
  return command;
}

/**
 * Reads the certificates that the options name. Returns undefined if they name none, and no field for a file
 * that is not named.
 *
 * @throws Error when a file cannot be read, or certificate and key do not belong together.
 */
export function readServiceTls({
  caFile,
  certFile,
  keyFile,
}: ServiceTlsOptions): TlsCertificates | undefined {
  if (caFile === undefined && certFile === undefined && keyFile === undefined) return undefined;
  if ((certFile === undefined) !== (keyFile === undefined)) {
    throw new Error("--cert-file and --key-file belong together: name both, or neither");
  }
  const roots = caFile === undefined ? {} : { rootCertificates: readFileSync(caFile, "utf8") };
  if (certFile === undefined || keyFile === undefined) return roots;
  const [certChain, privateKey] = [readFileSync(certFile, "utf8"), readFileSync(keyFile, "utf8")];
  requirePair(certChain, privateKey);
  return { ...roots, certChain, privateKey };
}

function requirePair(cert: string, key: string): void {
  try {
    createSecureContext({ cert, key });
  } catch {
    const mistake = describePairMistake(cert, key)
      .replaceAll("certFile", "--cert-file")
      .replaceAll("keyFile", "--key-file");
    throw new Error(mistake);
  }
}
