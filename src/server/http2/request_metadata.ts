import type { IncomingHttpHeaders } from "node:http2";

/** The bytes of metadata that count as one more call. Ordinary calls have less. */
const bytesPerWeight = 2_048;

/** Every field that gRPC or an interface of ours reads. */
const usedFields: ReadonlySet<string> = new Set([
  ...[":method", ":path", ":scheme", ":authority", "host", "te", "content-type", "authorization"],
  ...["grpc-timeout", "grpc-encoding", "grpc-accept-encoding"],
]);

/** Returns the size of a header list as RFC 9113 counts it: bytes of names and values, and 32 for each field. */
export function headerListSizeOf(rawHeaders: readonly string[]): number {
  let size = rawHeaders.length * 16;
  for (const text of rawHeaders) size += text.length;
  return size;
}

/** Returns how many ordinary calls one with metadata of this size counts for, at least 1. */
export function weightOf(listSize: number): number {
  return Math.ceil(listSize / bytesPerWeight);
}

/** Removes the fields that nothing reads. grpc-js keeps the metadata as long as its call lasts, which may be hours. */
export function dropUnusedFields(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (!usedFields.has(name)) delete headers[name];
}
