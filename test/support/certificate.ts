import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { certificate, privateKey } from "./fixed_certificates.js";

/** A certificate of localhost and 127.0.0.1 that is its own authority, as files in PEM form. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** The content of `certFile`: what a client has to trust. */
  readonly pem: string;
  remove(): void;
}

/** Writes the certificate of the tests and its key to a temporary folder. */
export function writeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-tls-"));
  const certFile = join(directory, "cert.pem");
  const keyFile = join(directory, "key.pem");
  writeFileSync(certFile, certificate);
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  return { certFile, keyFile, pem: certificate, remove: () => rmSync(directory, { recursive: true }) };
}
