import { readFileSync } from "node:fs";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { describeListenError } from "../base/listen_error.js";
import type { GrpcConfig, GrpcTlsConfig } from "../config/config.js";
import { type ServerCertificates, TlsServerCredentials } from "./tls_credentials.js";

function readCertificates({ certFile, keyFile, clientCaFile }: GrpcTlsConfig): ServerCertificates {
  return {
    cert: readFileSync(certFile),
    key: readFileSync(keyFile),
    clientCa: clientCaFile === undefined ? undefined : readFileSync(clientCaFile),
  };
}

/**
 * Binds the server to the configured address, with TLS if the configuration names a certificate. Resolves
 * with the actual port.
 *
 * @throws Error with a one-line message when the address cannot be bound.
 */
export function bind(server: Server, { address, tls }: GrpcConfig): Promise<number> {
  const credentials = tls
    ? new TlsServerCredentials(tls, readCertificates(tls))
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error)
        reject(
          new Error(`cannot listen on ${address}: ${describeListenError(error.message)}`, { cause: error }),
        );
      else resolve(port);
    });
  });
}
