import { type Server, ServerCredentials } from "@grpc/grpc-js";
import { describeListenError } from "../base/listen_error.js";
import type { TlsServerCredentials } from "./tls_credentials.js";

/**
 * Binds the server to an address, with TLS if there are credentials for it. Resolves with the actual port.
 *
 * @throws Error with a one-line message when the address cannot be bound.
 */
export function bind(
  server: Server,
  address: string,
  tls: TlsServerCredentials | undefined,
): Promise<number> {
  const credentials = tls ?? ServerCredentials.createInsecure();
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
