import { randomUUID } from "node:crypto";

/** Name of the HTTP header and of the gRPC metadata key that carry the id of a request. */
export const requestIdHeader = "x-request-id";

/**
 * Reports whether a text can be the id of a request: 1 to 64 letters, digits, or characters of `._:=+/@-`. That is
 * every usual form, such as a UUID, and nothing that could break a log line or a header.
 */
export function isRequestId(text: unknown): text is string {
  return typeof text === "string" && /^[\w.:=+/@-]{1,64}$/.test(text);
}

/** Returns a new random id for a request. */
export function newRequestId(): string {
  return randomUUID();
}
