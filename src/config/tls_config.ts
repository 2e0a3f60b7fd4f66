import type { TlsVersion } from "../base/tls_protocol.js";

/** TLS of a server. */
export interface ServerTlsConfig {
  /** PEM file of the certificate chain. */
  readonly certFile: string;
  /** PEM file of the private key. */
  readonly keyFile: string;
  readonly minVersion: TlsVersion;
}
