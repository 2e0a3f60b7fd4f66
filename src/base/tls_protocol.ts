import type { SecureContextOptions } from "node:tls";

/** Oldest version of TLS that a server accepts. */
export type TlsVersion = "TLSv1.2" | "TLSv1.3";

export const defaultTlsVersion: TlsVersion = "TLSv1.3";

/**
 * Cipher suites of our servers: all of TLS 1.3, and those of TLS 1.2 that HTTP/2 allows (RFC 9113, appendix A).
 * Each has forward secrecy and authenticated encryption. Node.js's default also has CBC and static RSA.
 */
const cipherSuites = [
  "TLS_AES_256_GCM_SHA384",
  "TLS_CHACHA20_POLY1305_SHA256",
  "TLS_AES_128_GCM_SHA256",
  "ECDHE-ECDSA-AES128-GCM-SHA256",
  "ECDHE-RSA-AES128-GCM-SHA256",
  "ECDHE-ECDSA-AES256-GCM-SHA384",
  "ECDHE-RSA-AES256-GCM-SHA384",
  "ECDHE-ECDSA-CHACHA20-POLY1305",
  "ECDHE-RSA-CHACHA20-POLY1305",
].join(":");

/**
 * Returns the protocol settings of a server's TLS. They belong to every secure context of the server: Node.js falls
 * back to its defaults for a context that replaces another one without them.
 */
export function serverTlsProtocol(minVersion: TlsVersion = defaultTlsVersion): SecureContextOptions {
  return { minVersion, ciphers: cipherSuites };
}
