import { execFileSync, spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** True if the `openssl` command is installed. */
export const hasOpenssl = spawnSync("openssl", ["version"]).status === 0;

/** Self-signed certificate of localhost and 127.0.0.1, as PEM files. */
export interface Certificate {
  readonly certFile: string;
  readonly keyFile: string;
  /** Content of `certFile`, which clients have to trust. */
  readonly pem: string;
  remove(): void;
}

/** Creates a certificate and its key, valid for one day. */
export function makeCertificate(): Certificate {
  const directory = mkdtempSync(join(tmpdir(), "qrlogin-tls-"));
  const certFile = join(directory, "cert.pem");
  const keyFile = join(directory, "key.pem");
  const kind = ["-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", "1"];
  const names = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"];
  execFileSync("openssl", ["req", ...kind, ...names, "-keyout", keyFile, "-out", certFile], {
    stdio: "pipe",
  });
  return {
    certFile,
    keyFile,
    pem: readFileSync(certFile, "utf8"),
    remove: () => rmSync(directory, { recursive: true }),
  };
}
