package dev.qrlogin.client;

import io.grpc.Channel;
import java.time.Duration;
import java.util.Objects;
import java.util.function.Supplier;
import qrlogin.v1.AuthorizeRequest;
import qrlogin.v1.AuthorizeResponse;
import qrlogin.v1.CancelRequest;
import qrlogin.v1.CancelResponse;
import qrlogin.v1.MarkScannedRequest;
import qrlogin.v1.MarkScannedResponse;
import qrlogin.v1.QrLoginServiceGrpc;

/**
 * The client of an approver: the mobile app, or its back end, acting for a signed-in user.
 * Thread-safe. Create one and share it; it connects on first use.
 *
 * <p>Each call waits for its response and throws a {@link QrLoginException} if it fails, also with
 * CANCELLED if the client is closed or the thread is interrupted. All calls are retried while
 * UNAVAILABLE, within a deadline of 10 seconds in all.
 */
public final class ApproverClient implements AutoCloseable {
  private final Connection connection;
  private final ClientChannel channel;

  private ApproverClient(Connection connection, ClientChannel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /**
   * Begins a client for the user with this token. The default is plain text to loopback addresses
   * and TLS with the root certificates of the Java platform to all others.
   *
   * @param address address of the service; see {@link AppClient#builder}
   * @throws IllegalArgumentException if the address is empty, or the token is empty or malformed
   */
  public static Builder builder(String address, String token) {
    Authorization authorization = Authorization.bearer(token);
    return new Builder(address, () -> authorization);
  }

  /**
   * Begins a client for the user whose token this source returns. It is called once per call,
   * within the deadline of the call, in a thread of gRPC, and may block. If it throws, the call
   * fails with UNAUTHENTICATED and that exception among its causes. Refreshing the token is up to
   * the source: a call that fails with USER_TOKEN_EXPIRED is not retried.
   *
   * @param address address of the service; see {@link AppClient#builder}
   * @throws IllegalArgumentException if the address is empty
   */
  public static Builder builder(String address, Supplier<String> tokenSource) {
    Objects.requireNonNull(tokenSource);
    return new Builder(address, () -> Authorization.bearer(tokenSource));
  }

  /**
   * Returns a client for another user. It shares the connections: closing one closes both.
   *
   * @throws IllegalArgumentException if the token is empty or malformed
   */
  public ApproverClient withToken(String token) {
    Authorization authorization = Authorization.bearer(token);
    return new ApproverClient(connection, channel.withCredentials(() -> authorization));
  }

  /**
   * Returns a client with another time limit of calls. It shares the connections: closing one
   * closes both.
   *
   * @throws IllegalArgumentException if the deadline is not above zero
   */
  public ApproverClient withDeadline(Duration deadline) {
    return new ApproverClient(connection, channel.withDeadline(deadline));
  }

  /**
   * Returns the channel for generated stubs. It adds the credential, and the deadline of a call
   * that has none. {@link QrLoginException#of} converts the errors.
   */
  public Channel channel() {
    return channel;
  }

  /** Marks a ticket as scanned. Returns who is asking, for the user to judge. */
  public MarkScannedResponse markScanned(MarkScannedRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getMarkScannedMethod(), request);
  }

  /** Approves the sign-in. Returns the check code to show if the website waits for one. */
  public AuthorizeResponse authorize(AuthorizeRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getAuthorizeMethod(), request);
  }

  /** Declines the sign-in. */
  public CancelResponse cancel(CancelRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getCancelMethod(), request);
  }

  /**
   * Ends all running calls with a QrLoginException (CANCELLED), and closes the connections. Has no
   * effect when called again.
   */
  @Override
  public void close() {
    connection.close();
  }

  /** The options of an {@link ApproverClient}. */
  public static final class Builder extends ClientBuilder<Builder> {
    private final Supplier<Authorization> authorizations;

    private Builder(String address, Supplier<Authorization> authorizations) {
      super(address);
      this.authorizations = authorizations;
    }

    /** Creates the client. */
    public ApproverClient build() {
      Connection connection = connect();
      return new ApproverClient(
          connection, new ClientChannel(connection, authorizations, deadline()));
    }

    @Override
    Builder self() {
      return this;
    }
  }
}
