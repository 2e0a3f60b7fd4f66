import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { authority, certificate, issuedCertificate, privateKey } from "./fixed_certificates.js";

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

/** A certificate of localhost and 127.0.0.1, its key and that of its authority, as files in PEM form. */
export interface IssuedCertificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** The authority: what a client has to trust. */
  readonly authorityFile: string;
  remove(): void;
}

/**
 * Writes a certificate that an authority has issued. Clients with rustls reject the other one, which is its own
 * authority.
 */
export function writeIssuedCertificate(): IssuedCertificate {
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-tls-"));
  const certFile = join(directory, "cert.pem");
  const keyFile = join(directory, "key.pem");
  const authorityFile = join(directory, "authority.pem");
  writeFileSync(certFile, issuedCertificate);
  writeFileSync(keyFile, privateKey, { mode: 0o600 });
  writeFileSync(authorityFile, authority);
  return { certFile, keyFile, authorityFile, remove: () => rmSync(directory, { recursive: true }) };
}
