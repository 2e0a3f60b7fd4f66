import type { ServiceDefinition } from "@grpc/grpc-js";

/** The service with requests as the bytes that came, for us to decode: see `decode.ts`. */
export function rawRequests(definition: ServiceDefinition): ServiceDefinition {
  const raw = (bytes: Buffer) => bytes;
  return Object.fromEntries(
    Object.entries(definition).map(([name, method]) => [name, { ...method, requestDeserialize: raw }]),
  );
}
