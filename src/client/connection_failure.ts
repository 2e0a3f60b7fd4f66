import { status } from "@grpc/grpc-js";

/** Causes of a call that reached no gRPC service, each with a text that says what is wrong and what to do. */
export const connectionFailures = {
  REFUSED: "nothing listens there; check the address, and whether the service is running",
  UNREACHABLE: "there is no route to it; check the address and the network",
  NAME_NOT_FOUND: "the name has no address; check its spelling and the DNS of this machine",
  CONNECT_TIMEOUT: "no connection within the deadline; check the address, and the firewalls on the way",
  CONNECTION_CLOSED:
    "it closed the connection before any reply: a port for TLS does so if the client sends plain text (then set " +
    "tls: true), and a proxy if no service is behind it",
  TLS_NOT_SPOKEN:
    "it does not speak TLS, but the client does; use its port for TLS, or plain text (tls: false)",
  CERTIFICATE_NOT_TRUSTED:
    "the issuer of its certificate is not trusted; if it is your own, pass it as tls: { rootCertificates }",
  CERTIFICATE_EXPIRED: "its certificate has expired or is not valid yet; renew it, or correct the clock",
  CERTIFICATE_NAME_MISMATCH: "its certificate is for other names; use an address that the certificate names",
  TLS_FAILED: "the TLS handshake failed; it may demand a client certificate, or another version of TLS",
  NOT_GRPC: "a web server or a proxy replied, and not gRPC; check the port, and that proxies pass HTTP/2 on",
} as const;

/** Cause of a call that reached no gRPC service. */
export type ConnectionFailure = keyof typeof connectionFailures;

/**
 * Texts of grpc-js, Node.js and OpenSSL about a connection, most specific first. There is no code to read: grpc-js
 * keeps only the text of the error.
 */
const patterns: readonly (readonly [RegExp, ConnectionFailure])[] = [
  [/^Name resolution failed/, "NAME_NOT_FOUND"],
  [/ECONNREFUSED|ENOENT/, "REFUSED"],
  [/EHOSTUNREACH|ENETUNREACH|EHOSTDOWN|ENETDOWN|EADDRNOTAVAIL/, "UNREACHABLE"],
  [/ETIMEDOUT/, "CONNECT_TIMEOUT"],
  [/certificate has expired|certificate is not yet valid/, "CERTIFICATE_EXPIRED"],
  [/ERR_TLS_CERT_ALTNAME_INVALID|does not match certificate's altnames/, "CERTIFICATE_NAME_MISMATCH"],
  [
    /self-signed certificate|unable to (verify|get)|certificate signature|certificate not trusted|invalid CA/,
    "CERTIFICATE_NOT_TRUSTED",
  ],
  [/wrong version number|packet length too long/, "TLS_NOT_SPOKEN"],
  [/no application protocol|Protocol error|Received HTTP status/, "NOT_GRPC"],
  [/SSL routines/, "TLS_FAILED"],
  [/Failed to connect|ECONNRESET|EPIPE|socket hang up|disconnected before/, "CONNECTION_CLOSED"],
];

/** The beginnings of grpc-js's own texts, which no service has sent. */
const beforeAnyReply =
  /^(?:round_robin: )?No connection established|^Name resolution failed|^Received HTTP status/;

/** Length that the first bytes of a text are if they are read as the length of a message: half a gigabyte or more. */
const impossibleLength = 2 ** 29;

/**
 * Returns why no gRPC service was reached, from the code and the text of an error without details of the service.
 * Returns undefined if a service has replied, or if the connection broke later.
 */
export function findConnectionFailure(code: number, text: string): ConnectionFailure | undefined {
  if (code === status.DEADLINE_EXCEEDED) {
    return /Waiting for LB pick/.test(text) ? "CONNECT_TIMEOUT" : undefined;
  }
  // grpc-js reads the page of a web server as a message.
  const length = /^Received message larger than max \((\d+) /.exec(text)?.[1];
  if (length !== undefined) return Number(length) >= impossibleLength ? "NOT_GRPC" : undefined;
  if (!beforeAnyReply.test(text)) return undefined;
  return patterns.find(([pattern]) => pattern.test(text))?.[1];
}

/** Returns a sentence about the failure and what to do. It holds the address and nothing that the peer has sent. */
export function describeConnectionFailure(failure: ConnectionFailure, address: string): string {
  return `cannot reach ${address}: ${connectionFailures[failure]}`;
}
