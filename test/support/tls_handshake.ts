import { once } from "node:events";
import { type ConnectionOptions, connect, type TLSSocket } from "node:tls";

/** The protocol and the suite of a TLS connection. */
export interface Handshake {
  readonly protocol: string | null;
  readonly suite: string;
  /** Certificate of the server, as PEM. */
  readonly certificate: string;
}

/**
 * Makes a TLS handshake with `127.0.0.1:PORT`, without a check of the certificate, and closes the connection. Rejects
 * with the error of the handshake.
 */
export async function shakeHands(address: string, options: ConnectionOptions = {}): Promise<Handshake> {
  const port = Number(address.split(":").at(-1));
  // Without this security level, OpenSSL itself would offer none of the suites that a server has to refuse.
  const ciphers = `${options.ciphers ?? "DEFAULT"}:@SECLEVEL=0`;
  const socket = connect({ host: "127.0.0.1", port, rejectUnauthorized: false, ...options, ciphers });
  await once(socket, "secureConnect");
  const handshake = {
    protocol: socket.getProtocol(),
    suite: socket.getCipher().name,
    certificate: pemOf(socket),
  };
  socket.destroy();
  return handshake;
}

const pemOf = (socket: TLSSocket) => socket.getPeerX509Certificate()?.toString() ?? "";
