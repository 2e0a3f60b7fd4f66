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
  if (typeof certificates !== "function") return toCredentials(certificates);
  return new RenewableCredentials(certificates);
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
    const first = this.latest()._createSecureConnector(...given);
    return {
      connect: async (socket) =>
        this.latest()
          ._createSecureConnector(...given)
          .connect(socket),
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
