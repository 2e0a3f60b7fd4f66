import type { IncomingHttpHeaders } from "node:http2";
import { forwardedKey } from "../../base/forwarded_call.js";
import { requestIdHeader } from "../../base/request_id.js";

/** Size of metadata up to which a call counts as one, in bytes. Ordinary calls have less. */
const bytesPerWeight = 2_048;

/** Metadata fields that gRPC or the service reads. */
const usedFields: ReadonlySet<string> = new Set([
  ...[":method", ":path", ":scheme", ":authority", "host", "te", "content-type", "authorization"],
  ...["grpc-timeout", "grpc-encoding", "grpc-accept-encoding", forwardedKey, requestIdHeader],
  ...["traceparent", "tracestate"],
]);

/**
 * Returns the size of a header list as RFC 9113 defines it: the bytes of names and values, and 32 for each
 * field.
 */
export function headerListSizeOf(rawHeaders: readonly string[]): number {
  let size = rawHeaders.length * 16;
  for (const text of rawHeaders) size += text.length;
  return size;
}

/** Returns the number of ordinary calls that a call with metadata of this size counts as, at least 1. */
export function weightOf(listSize: number): number {
  return Math.ceil(listSize / bytesPerWeight);
}

/**
 * Removes the fields that are never read. grpc-js keeps the metadata as long as the call lasts, which may be
 * hours.
 */
export function dropUnusedFields(headers: IncomingHttpHeaders): void {
  for (const name of Object.keys(headers)) if (!usedFields.has(name)) delete headers[name];
}
