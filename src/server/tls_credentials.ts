import { constants } from "node:crypto";
import type { SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { serverTlsProtocol } from "../base/tls_protocol.js";
import type { GrpcTlsConfig } from "../config/config.js";

/** Certificates and the key of a server, as PEM. */
export interface ServerCertificates {
  readonly cert: string;
  readonly key: string;
  /** Authorities whose client certificates are accepted. Undefined if clients are not asked for one. */
  readonly clientCa: string | undefined;
}

type TlsSettings = Pick<GrpcTlsConfig, "minVersion" | "clientCertificates">;

/** Credentials of a gRPC server with TLS. Those of grpc-js can set neither the version nor the suites. */
export class TlsServerCredentials extends ServerCredentials {
  private readonly settings: TlsSettings;

  constructor(settings: TlsSettings, certificates: ServerCertificates) {
    const { clientCertificates } = settings;
    super(
      {
        requestCert: clientCertificates !== "none",
        rejectUnauthorized: clientCertificates === "required",
      },
      secureContextOf(settings, certificates),
    );
    this.settings = settings;
  }

  /** Uses other certificates for connections from now on. They must have been checked. */
  replace(certificates: ServerCertificates): void {
    this.updateSecureContextOptions(secureContextOf(this.settings, certificates));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function secureContextOf(
  { minVersion, clientCertificates }: TlsSettings,
  { cert, key, clientCa }: ServerCertificates,
): SecureContextOptions {
  // Without authorities, Node.js would accept the certificates of every public one.
  if (clientCertificates !== "none" && clientCa === undefined)
    throw new Error("client certificates need authorities");
  return {
    ...{ cert, key, ca: clientCa },
    ...serverTlsProtocol(minVersion),
    // A resumed session is not verified again: its certificate may have expired, or lost its authority, since then.
    ...(clientCertificates !== "none" && { secureOptions: constants.SSL_OP_NO_TICKET }),
  };
}
