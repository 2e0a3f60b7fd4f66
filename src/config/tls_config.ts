import type { TlsVersion } from "../base/tls_protocol.js";

/** TLS of a server. */
export interface ServerTlsConfig {
  /** PEM file of the certificate chain. */
  readonly certFile: string;
  /** PEM file of the private key. */
  readonly keyFile: string;
  readonly minVersion: TlsVersion;
}

/** TLS of the gRPC server. */
export interface GrpcTlsConfig extends ServerTlsConfig {
  /** PEM file of the authorities whose client certificates are accepted. Present unless there are none. */
  readonly clientCaFile: string | undefined;
  /**
   * `none` asks for no client certificate. `optional` accepts connections without one, or with an invalid one, which
   * then stands for no app. `required` refuses them.
   */
  readonly clientCertificates: "none" | "optional" | "required";
}
