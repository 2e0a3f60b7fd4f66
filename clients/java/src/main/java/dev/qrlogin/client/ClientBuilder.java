package dev.qrlogin.client;

import io.grpc.ChannelCredentials;
import io.grpc.InsecureChannelCredentials;
import io.grpc.TlsChannelCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.time.Duration;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * The options of every client.
 *
 * @param <B> the type of the builder
 */
public abstract class ClientBuilder<B extends ClientBuilder<B>> {
  private final String address;
  private Duration deadline = Duration.ofSeconds(10);
  private @Nullable ChannelCredentials transport;

  ClientBuilder(String address) {
    if (address.isEmpty()) throw new IllegalArgumentException("address must not be empty");
    this.address = address;
  }

  /**
   * Sets the time limit of a call, retries included. 10 seconds by default. Does not apply to
   * watches.
   *
   * @throws IllegalArgumentException if it is not above zero
   */
  public B deadline(Duration deadline) {
    this.deadline = ClientChannel.requirePositive(deadline);
    return self();
  }

  /**
   * Uses TLS and trusts only the certificates in this PEM text, instead of the roots of the Java
   * platform. Reads the stream to its end and does not close it.
   *
   * @throws IllegalArgumentException if the text is not a list of certificates in PEM form
   * @throws IOException if the stream cannot be read
   */
  public B rootCertificates(InputStream pem) throws IOException {
    byte[] text = pem.readAllBytes();
    try {
      var certificates =
          CertificateFactory.getInstance("X.509")
              .generateCertificates(new ByteArrayInputStream(text));
      if (certificates.isEmpty()) throw new CertificateException("There is no certificate");
    } catch (CertificateException e) {
      throw new IllegalArgumentException("rootCertificates must be certificates in PEM form", e);
    }
    transport =
        TlsChannelCredentials.newBuilder().trustManager(new ByteArrayInputStream(text)).build();
    return self();
  }

  /**
   * Uses plain text, also to an address that is not a loopback address. Credentials then cross the
   * network in the clear.
   */
  public B usePlaintext() {
    transport = InsecureChannelCredentials.create();
    return self();
  }

  /** Uses other credentials of the connection, such as a client certificate. */
  public B channelCredentials(ChannelCredentials credentials) {
    transport = Objects.requireNonNull(credentials);
    return self();
  }

  Connection connect() {
    return new Connection(address, transport != null ? transport : defaultTransport());
  }

  Duration deadline() {
    return deadline;
  }

  abstract B self();

  private ChannelCredentials defaultTransport() {
    return Address.isLoopback(address)
        ? InsecureChannelCredentials.create()
        : TlsChannelCredentials.create();
  }
}
