import type { ServiceDefinition } from "@grpc/grpc-js";
/**
 * The bytes of a request, handed over once. grpc-js keeps a request as long as its call lasts, and these are cut out of a
 * buffer of several kilobytes, which a watch would hold for hours.
 */
export interface RequestBytes {
    take(): Uint8Array;
}
/** The service with requests as the bytes that came, for us to decode: see `decode.ts`. */
export declare function rawRequests(definition: ServiceDefinition): ServiceDefinition;
/** Returns the service with requests as above, and with responses as the bytes that `encode.ts` has made. */
export declare function rawMessages(definition: ServiceDefinition): ServiceDefinition;
