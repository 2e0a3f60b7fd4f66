import { type Server } from "@grpc/grpc-js";
import type { GrpcConfig } from "../config/config.js";
/**
 * Has the server listen, with TLS where the configuration names a certificate. The answer is the port.
 *
 * @throws Error that says in one line why it cannot.
 */
export declare function bind(server: Server, { address, tls }: GrpcConfig): Promise<number>;
