import type { IncomingHttpHeaders } from "node:http";
import { requestIdHeader } from "../base/request_id.js";
import { clientAddressOf } from "./http/client_address.js";

/** Headers in which a proxy can report the address of its client. Only the configured one is read. */
export const clientIpHeaders = ["x-forwarded-for", "x-real-ip"] as const;

export type ClientIpHeader = (typeof clientIpHeaders)[number];

/** The trusted proxies, and the header in which they report the client. */
export interface ForwardedRules {
  readonly isTrustedProxy: (address: string) => boolean;
  readonly clientIpHeader: ClientIpHeader;
}

/**
 * Headers that fastify or the gateway reads from a trusted proxy. Neither reads `Forwarded` (RFC 7239). A caller who
 * chose the id of a request could give all of its requests the same one.
 */
const forwardedHeaders = ["x-forwarded-for", "x-forwarded-host", "x-forwarded-proto", requestIdHeader];

/**
 * Rewrites the forwarded headers of a request so that fastify can trust those that remain. Deletes them all
 * unless the peer is a trusted proxy. For a trusted proxy, sets `X-Forwarded-For` to the single address that
 * the configured header reports. Sets it to `unknown` if the header reports none, so that fastify does not
 * take the proxy's address for the client's.
 */
export function sanitizeForwardedHeaders(
  headers: IncomingHttpHeaders,
  peer: string,
  rules: ForwardedRules,
): void {
  if (rules.isTrustedProxy(clientAddressOf({ ip: peer }))) {
    headers["x-forwarded-for"] = clientAddress(headers, rules) || "unknown";
    return;
  }
  removeForwardedHeaders(headers);
}

/** Deletes the headers that only a trusted proxy may send. */
export function removeForwardedHeaders(headers: IncomingHttpHeaders): void {
  for (const name of forwardedHeaders) delete headers[name];
}

/** Largest number of entries that are read. A client can send thousands; each proxy adds one. */
const maxEntries = 16;

/**
 * Returns the last address in the header that is not a trusted proxy's. Returns an empty string if there is
 * none among the last entries, or if that entry is not an address.
 */
function clientAddress(headers: IncomingHttpHeaders, rules: ForwardedRules): string {
  const text = String(headers[rules.clientIpHeader] ?? "");
  const entries = text
    .split(",")
    .slice(-maxEntries)
    .map((entry) => clientAddressOf({ ip: entry.trim() }));
  // X-Real-IP holds one address. With several, nothing distinguishes the client's from a proxy's.
  if (rules.clientIpHeader === "x-real-ip" && entries.length > 1) return "";
  return entries.findLast((address) => !rules.isTrustedProxy(address)) ?? "";
}
