import type { ServiceDefinition } from "@grpc/grpc-js";

/**
 * The bytes of a request, handed over once. grpc-js keeps a request as long as its call lasts, and these are cut out of a
 * buffer of several kilobytes, which a watch would hold for hours.
 */
export interface RequestBytes {
  take(): Uint8Array;
}

/** The service with requests as the bytes that came, for us to decode: see `decode.ts`. */
export function withRawRequests(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [
      name,
      { ...method, requestDeserialize: createRequestBytes },
    ]),
  );
}

function createRequestBytes(bytes: Buffer): RequestBytes {
  let remaining: Buffer | undefined = bytes;
  return {
    take() {
      if (!remaining) throw new Error("the request has been taken before");
      const taken = remaining;
      remaining = undefined;
      return taken;
    },
  };
}

/** Returns the service with requests as above, and with responses as the bytes that `encode.ts` has made. */
export function withRawMessages(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(withRawRequests(definition)).map(([name, method]) => [
      name,
      { ...method, responseSerialize: (bytes: Buffer) => bytes },
    ]),
  );
}
