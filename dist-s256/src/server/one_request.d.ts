import type { ServerInterceptor } from "@grpc/grpc-js";
/**
 * Returns an interceptor for methods that take one request: a call that sends none, or a second one, reaches its handler with a
 * request whose bytes cannot be taken, so that it is answered like any other request that cannot be decoded. grpc-js itself would
 * answer UNIMPLEMENTED, which tells clients that the method does not exist.
 *
 * @param prefix Of the paths of the methods. Others are left to grpc-js.
 */
export declare function requireOneRequest(prefix: string): ServerInterceptor;
