import { type FileRegistry } from "@bufbuild/protobuf";
import { type Server, type ServiceDefinition } from "@grpc/grpc-js";
/** The two versions have the same messages under different names. */
export declare const reflectionServices: readonly ServiceDefinition[];
/**
 * Adds the server reflection service, versions v1 and v1alpha (grpc/doc/server-reflection.md), for `grpcurl` and `buf curl`.
 *
 * Our own because `@grpc/reflection` loses the imports of a file (grpc/grpc-node#3034); both versions because Python's client
 * speaks only the older one.
 */
export declare function addReflection(server: Server): void;
/** Every type and service that the server knows. */
export declare function loadDescriptors(): FileRegistry;
