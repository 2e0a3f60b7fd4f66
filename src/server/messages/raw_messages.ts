import type { ServiceDefinition } from "@grpc/grpc-js";

/**
 * The bytes of a request, which can be taken once. grpc-js keeps a request as long as its call lasts. The
 * bytes are part of a buffer of several kilobytes, which a watch would otherwise hold for hours.
 */
export interface RequestBytes {
  take(): Uint8Array;
}

/** Returns the service with requests as bytes, to be decoded by `decode.ts`. */
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
      if (!remaining) throw new Error("the request has already been taken");
      const taken = remaining;
      remaining = undefined;
      return taken;
    },
  };
}

/** Returns the service with requests as bytes and with responses that `encode.ts` has encoded. */
export function withRawMessages(definition: ServiceDefinition): ServiceDefinition {
  return Object.fromEntries(
    Object.entries(withRawRequests(definition)).map(([name, method]) => [
      name,
      { ...method, responseSerialize: (bytes: Buffer) => bytes },
    ]),
  );
}
