import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { serverTlsProtocol } from "../base/tls_protocol.js";
import type { GrpcTlsConfig } from "../config/config.js";

/** Certificates and the key of a server, as PEM. */
export interface ServerCertificates {
  readonly cert: Buffer;
  readonly key: Buffer;
  /** Authorities whose client certificates are accepted. Undefined if clients are not asked for one. */
  readonly clientCa: Buffer | undefined;
}

type TlsSettings = Pick<GrpcTlsConfig, "minVersion" | "clientCertificates">;

/** Credentials of a gRPC server with TLS. Those of grpc-js can set neither the version nor the suites. */
export class TlsServerCredentials extends ServerCredentials {
  constructor(settings: TlsSettings, certificates: ServerCertificates) {
    const { clientCertificates } = settings;
    super(
      {
        requestCert: clientCertificates !== "none",
        rejectUnauthorized: clientCertificates === "required",
      },
      secureContextOf(settings, certificates),
    );
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function secureContextOf(
  { minVersion, clientCertificates }: TlsSettings,
  { cert, key, clientCa }: ServerCertificates,
): SecureContextOptions {
  return {
    ...{ cert, key, ca: clientCa },
    ...serverTlsProtocol(minVersion),
    // A resumed session is not verified again: its certificate may have expired, or lost its authority, since then.
    ...(clientCertificates !== "none" && { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}
