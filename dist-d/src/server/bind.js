import { readFileSync } from "node:fs";
import { ServerCredentials } from "@grpc/grpc-js";
import { listenFailure } from "../domain/listen_failure.js";
/**
 * Has the server listen, with TLS where the configuration names a certificate. The answer is the port.
 *
 * @throws Error that says in one line why it cannot.
 */
export function bind(server, { address, tls }) {
    const credentials = tls
        ? ServerCredentials.createSsl(null, [
            { cert_chain: readFileSync(tls.certFile), private_key: readFileSync(tls.keyFile) },
        ])
        : ServerCredentials.createInsecure();
    return new Promise((resolve, reject) => {
        server.bindAsync(address, credentials, (error, port) => {
            if (error)
                reject(new Error(`cannot listen on ${address}: ${listenFailure(error.message)}`, { cause: error }));
            else
                resolve(port);
        });
    });
}
