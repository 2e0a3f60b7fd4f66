import { once } from "node:events";
import { connect } from "node:http2";
import { isIP } from "node:net";
import { connect as connectTls, type TLSSocket } from "node:tls";

import { type Address, formatAddress } from "../../base/address.js";

/** A server that answers at a gRPC address. */
export interface GrpcPortAnswer {
  /** Overall health that it reports; undefined if it has no health service. */
  readonly health: "SERVING" | "NOT_SERVING" | undefined;
  /** Fingerprint (SHA-256) of its certificate, if it speaks TLS. */
  readonly fingerprint: string | undefined;
}

/** The values of `ServingStatus` in the health protocol of gRPC. */
const servingStatuses: Readonly<Record<number, "SERVING" | "NOT_SERVING">> = {
  1: "SERVING",
  2: "NOT_SERVING",
};

/**
 * Asks the server at an address of this machine for its health. Trusts every certificate: the fingerprint tells whose
 * it is, and the request holds nothing secret.
 *
 * @throws Error when nothing answers in HTTP/2.
 */
export async function probeGrpcPort(
  address: Address,
  useTls: boolean,
  signal: AbortSignal,
): Promise<GrpcPortAnswer> {
  const target = formatAddress({ ...address, host: reachableHost(address.host) });
  const session = connect(`${useTls ? "https" : "http"}://${target}`, {
    rejectUnauthorized: false,
    // An IP address is no server name (RFC 6066, section 3).
    servername: isIP(address.host) === 0 ? address.host : "",
  });
  const failure = once(session, "error", { signal }).then(([error]) => {
    throw error;
  });
  // The race below may have ended before.
  failure.catch(() => {});
  try {
    return await Promise.race([failure, askForHealth()]);
  } finally {
    session.destroy();
  }

  async function askForHealth(): Promise<GrpcPortAnswer> {
    const request = session.request({
      ":method": "POST",
      ":path": "/grpc.health.v1.Health/Check",
      "content-type": "application/grpc",
      te: "trailers",
    });
    // The session reports the error.
    request.on("error", () => {});
    // A message without fields: not compressed, length 0.
    request.end(Buffer.alloc(5));
    const chunks: Buffer[] = [];
    request.on("data", (chunk: Buffer) => chunks.push(chunk));
    await once(request, "end", { signal });
    const socket = session.socket as Partial<TLSSocket>;
    // The message after its prefix: field 1, a number.
    const message = Buffer.concat(chunks).subarray(5);
    return {
      health: message[0] === 0x08 ? servingStatuses[message[1] ?? 0] : undefined,
      fingerprint: socket.getPeerCertificate?.().fingerprint256,
    };
  }
}

/**
 * Resolves with the fingerprint (SHA-256) of the certificate that a server at an address of this machine presents.
 * Trusts every certificate.
 *
 * @throws Error when the server does not speak TLS.
 */
export async function probeCertificate({ host, port }: Address, signal: AbortSignal): Promise<string> {
  const socket = connectTls({
    host: reachableHost(host),
    port,
    rejectUnauthorized: false,
    ALPNProtocols: ["h2"],
  });
  try {
    await once(socket, "secureConnect", { signal });
    // The server may end the connection now, since it gets no certificate.
    socket.on("error", () => {});
    return socket.getPeerCertificate().fingerprint256;
  } finally {
    socket.destroy();
  }
}

/** Returns a host at which a server that listens on this one can be reached. */
export function reachableHost(host: string): string {
  if (host === "0.0.0.0") return "127.0.0.1";
  return host === "::" ? "::1" : host;
}
