import { readFileSync } from "node:fs";
import { type Server, ServerCredentials } from "@grpc/grpc-js";
import type { GrpcConfig } from "../config/config.js";

/**
 * Has the server listen, with TLS where the configuration names a certificate. The answer is the port.
 *
 * @throws Error that says in one line why it cannot.
 */
export function bind(server: Server, { address, tls }: GrpcConfig): Promise<number> {
  const credentials = tls
    ? ServerCredentials.createSsl(null, [
        { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) },
      ])
    : ServerCredentials.createInsecure();
  return new Promise((resolve, reject) => {
    server.bindAsync(address, credentials, (error, port) => {
      if (error) reject(new Error(`cannot listen on ${address}: ${failureOf(error)}`, { cause: error }));
      else resolve(port);
    });
  });
}

const failures: Readonly<Record<string, string>> = {
  EADDRINUSE: "the address is in use",
  EACCES: "permission denied",
  EADDRNOTAVAIL: "this machine has no such address",
  ENOTFOUND: "no such host",
};

/** grpc-js wraps the system's error in a text of its own. */
function failureOf({ message }: Error): string {
  const code = Object.keys(failures).find((known) => message.includes(known));
  return code === undefined ? message : `${failures[code]} (${code})`;
}
