import type { SecureContextOptions } from "node:tls";
import { ServerCredentials } from "@grpc/grpc-js";
import { serverTlsProtocol, type TlsVersion } from "../base/tls_protocol.js";

/** Certificate chain and private key of a server, as PEM. */
export interface ServerIdentity {
  readonly cert: Buffer;
  readonly key: Buffer;
}

/** Credentials of a gRPC server with TLS. Those of grpc-js can set neither the version nor the suites. */
export class TlsServerCredentials extends ServerCredentials {
  constructor(identity: ServerIdentity, minVersion: TlsVersion) {
    super({}, secureContextOf(identity, minVersion));
  }

  override _equals(other: ServerCredentials): boolean {
    return this === other;
  }
}

function secureContextOf({ cert, key }: ServerIdentity, minVersion: TlsVersion): SecureContextOptions {
  return { cert, key, ...serverTlsProtocol(minVersion) };
}
