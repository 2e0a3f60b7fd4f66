import { isIP } from "node:net";
import { ChannelCredentials, credentials } from "@grpc/grpc-js";

/** Certificates of a client, as PEM. */
export interface TlsCertificates {
  /** Root certificates to trust. Those that Node.js trusts by default. */
  readonly rootCertificates?: Buffer | string | undefined;
  /** Certificate that the client presents, with those of intermediate authorities after it. Needs `privateKey`. */
  readonly certChain?: Buffer | string | undefined;
  /** Private key of the certificate. */
  readonly privateKey?: Buffer | string | undefined;
}

/**
 * Creates the credentials of channels with TLS. A function is called for each new connection, so that it can return
 * certificates that have been renewed. Return the same object while they have not: its certificates are parsed once.
 *
 * @throws TypeError when the certificates or the key are not usable PEM, or do not belong together.
 */
export function createTlsCredentials(
  certificates: TlsCertificates | (() => TlsCertificates),
): ChannelCredentials {
  return new RenewableCredentials(typeof certificates === "function" ? certificates : () => certificates);
}

type Connector = ReturnType<ChannelCredentials["_createSecureConnector"]>;

/** Credentials that are asked for again for each connection. Those of grpc-js are fixed for the life of a channel. */
class RenewableCredentials extends ChannelCredentials {
  private readonly source: () => TlsCertificates;
  private certificates: TlsCertificates;
  private current: ChannelCredentials;

  constructor(source: () => TlsCertificates) {
    super();
    this.source = source;
    this.certificates = source();
    this.current = toCredentials(this.certificates);
  }

  override _isSecure(): boolean {
    return true;
  }

  override _equals(other: ChannelCredentials): boolean {
    return this === other;
  }

  override _createSecureConnector(
    ...given: Parameters<ChannelCredentials["_createSecureConnector"]>
  ): Connector {
    const create = () => withoutIpAsServerName(this.latest()._createSecureConnector(...given));
    const first = create();
    return {
      connect: async (socket) => create().connect(socket),
      waitForReady: () => first.waitForReady(),
      getCallCredentials: () => first.getCallCredentials(),
      destroy: () => first.destroy(),
    };
  }

  private latest(): ChannelCredentials {
    const certificates = this.source();
    if (certificates !== this.certificates) {
      this.current = toCredentials(certificates);
      this.certificates = certificates;
    }
    return this.current;
  }
}

/**
 * Returns the connector without an IP address as the server name, which RFC 6066 (section 3) forbids and Node.js warns
 * of. grpc-js sets it, and has no option against it. The certificate still has to name the address: without a server
 * name, Node.js checks it for the host.
 */
function withoutIpAsServerName(connector: Connector): Connector {
  const { connectionOptions } = connector as { connectionOptions?: { host?: string; servername?: string } };
  if (connectionOptions?.host !== undefined && isIP(connectionOptions.servername ?? "") !== 0)
    delete connectionOptions.servername;
  return connector;
}

function toCredentials({ rootCertificates, certChain, privateKey }: TlsCertificates): ChannelCredentials {
  if ((certChain === undefined) !== (privateKey === undefined)) {
    throw new TypeError("tls must have both certChain and privateKey, or neither");
  }
  const roots = readPem("rootCertificates", rootCertificates);
  const chain = readPem("certChain", certChain);
  try {
    return credentials.createSsl(roots, privateKey === undefined ? null : Buffer.from(privateKey), chain);
  } catch {
    // The message of OpenSSL is left out, since it is about the key.
    throw new TypeError(
      "tls.certChain and tls.privateKey must be a certificate and its private key in PEM form",
    );
  }
}

function readPem(name: string, text: Buffer | string | undefined): Buffer | null {
  if (text === undefined) return null;
  const pem = Buffer.from(text);
  if (!pem.includes("-----BEGIN CERTIFICATE-----")) {
    throw new TypeError(`tls.${name} must be certificates in PEM form`);
  }
  return pem;
}
