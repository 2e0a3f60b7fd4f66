package dev.qrlogin.client;

import io.grpc.Channel;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Objects;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.CreateTicketResponse;
import qrlogin.v1.ExchangeUserInfoRequest;
import qrlogin.v1.ExchangeUserInfoResponse;
import qrlogin.v1.GetSigningKeysRequest;
import qrlogin.v1.GetSigningKeysResponse;
import qrlogin.v1.GetStatusRequest;
import qrlogin.v1.GetStatusResponse;
import qrlogin.v1.QrLoginServiceGrpc;
import qrlogin.v1.SubmitCheckCodeRequest;
import qrlogin.v1.SubmitCheckCodeResponse;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.WatchStatusRequest;
import qrlogin.v1.WithdrawRequest;
import qrlogin.v1.WithdrawResponse;

/**
 * The client of an app: the back end of a website that asks for sign-ins. Thread-safe. Create one
 * and share it; it connects on first use.
 *
 * <p>Each call waits for its response and throws a {@link QrLoginException} if it fails, also with
 * CANCELLED if the client is closed or the thread is interrupted. A call has a deadline of 10
 * seconds, retries included; a watch has none. For calls that do not wait, use a generated stub
 * over {@link #channel}.
 *
 * <pre>{@code
 * try (AppClient client = AppClient.builder("127.0.0.1:50051", "demo-app", "demo-secret").build()) {
 *   String verifier = Pkce.createVerifier();
 *   CreateTicketResponse ticket =
 *       client.createTicket(
 *           CreateTicketRequest.newBuilder().setCodeChallenge(Pkce.challengeOf(verifier)).build());
 *   draw(ticket.getQrContent());
 *   ...
 * }
 * }</pre>
 */
public final class AppClient implements AutoCloseable {
  private final Connection connection;
  private final ClientChannel channel;

  private AppClient(Connection connection, ClientChannel channel) {
    this.connection = connection;
    this.channel = channel;
  }

  /**
   * Begins a client for the app. The default is plain text to loopback addresses and TLS with the
   * root certificates of the Java platform to all others.
   *
   * @param address address of the service in the syntax of grpc-java: {@code host:port}, {@code
   *     [ipv6]:port}, {@code dns:///host:port} or {@code unix:/path}. Calls are spread over all IP
   *     addresses that it resolves to.
   * @throws IllegalArgumentException if the address or the id is empty, the id has a colon, or the
   *     secret is empty
   */
  public static Builder builder(String address, String appId, String appSecret) {
    return new Builder(address, Authorization.basic(appId, appSecret));
  }

  /**
   * Returns a client with another time limit of calls. It shares the connections: closing one
   * closes both.
   *
   * @throws IllegalArgumentException if the deadline is not above zero
   */
  public AppClient withDeadline(Duration deadline) {
    return new AppClient(connection, channel.withDeadline(deadline));
  }

  /**
   * Returns the channel for generated stubs, such as {@code QrLoginServiceGrpc.newFutureStub}. It
   * adds the credential, and the deadline of a unary call that has none. {@link
   * QrLoginException#of} converts the errors.
   */
  public Channel channel() {
    return channel;
  }

  /** Creates a ticket. Not retried, because a retry would create a second one. */
  public CreateTicketResponse createTicket(CreateTicketRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getCreateTicketMethod(), request);
  }

  /**
   * Returns the status once. {@link #watchStatus(WatchStatusRequest)} is faster and cheaper where
   * possible. Retried while UNAVAILABLE.
   */
  public GetStatusResponse getStatus(GetStatusRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getGetStatusMethod(), request);
  }

  /**
   * Watches the status of a ticket, and lets the reader wait for each one. The watch begins at
   * once.
   *
   * <p>Reconnects when the service is UNAVAILABLE, when the connection breaks, and when the stream
   * ends before a terminal state. The pauses grow, vary at random, and are never shorter than the
   * service asks. There is no limit on time or attempts; close the watch to set one. Any other
   * error of the service ends it, such as TICKET_NOT_FOUND, APP_UNAUTHENTICATED or WATCH_SUPERSEDED
   * (a newer watch of the ticket has replaced this one).
   *
   * <p>If the code of the ticket changes, there is a status with each step: draw its {@code
   * qr_code_step.qr_content}.
   */
  public TicketWatch watchStatus(WatchStatusRequest request) {
    return new TicketWatch(observer -> connection.watch(channel, request, observer));
  }

  /**
   * Watches the status of a ticket like {@link #watchStatus(WatchStatusRequest)}, without a thread
   * that waits. The observer gets the statuses one after another in threads of gRPC, then {@code
   * onCompleted} after a terminal one, or {@code onError} with a {@link QrLoginException}. It must
   * not block. An exception that it throws ends the watch, as the cause of its error.
   */
  public WatchHandle watchStatus(
      WatchStatusRequest request, StreamObserver<TicketStatus> observer) {
    return connection.watch(channel, request, Objects.requireNonNull(observer));
  }

  /**
   * Submits the check code that the user has typed. Never retried, because a wrong code would count
   * twice. Repeat the call after a lost response: a right code that is submitted again changes
   * nothing.
   */
  public SubmitCheckCodeResponse submitCheckCode(SubmitCheckCodeRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getSubmitCheckCodeMethod(), request);
  }

  /** Withdraws a ticket. Retried while UNAVAILABLE. */
  public WithdrawResponse withdraw(WithdrawRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getWithdrawMethod(), request);
  }

  /**
   * Exchanges the exchange ticket for the user information, at most once. Never retried: after
   * UNAVAILABLE (also with the reason OUTCOME_UNKNOWN), DEADLINE_EXCEEDED or CANCELLED, the sign-in
   * may be lost, and the user has to scan again.
   */
  public ExchangeUserInfoResponse exchangeUserInfo(ExchangeUserInfoRequest request) {
    return connection.call(channel, QrLoginServiceGrpc.getExchangeUserInfoMethod(), request);
  }

  /**
   * Returns the public keys that verify the tokens of {@link #exchangeUserInfo}, for any app. The
   * issuer is empty and there are no keys if the service signs no tokens. Retried while
   * UNAVAILABLE.
   */
  public GetSigningKeysResponse getSigningKeys() {
    return connection.call(
        channel,
        QrLoginServiceGrpc.getGetSigningKeysMethod(),
        GetSigningKeysRequest.getDefaultInstance());
  }

  /**
   * Ends all running calls and watches with a QrLoginException (CANCELLED), and closes the
   * connections. Has no effect when called again.
   */
  @Override
  public void close() {
    connection.close();
  }

  /** The options of an {@link AppClient}. */
  public static final class Builder extends ClientBuilder<Builder> {
    private final Authorization authorization;

    private Builder(String address, Authorization authorization) {
      super(address);
      this.authorization = authorization;
    }

    /** Creates the client. */
    public AppClient build() {
      Connection connection = connect();
      return new AppClient(
          connection, new ClientChannel(connection, () -> authorization, deadline()));
    }

    @Override
    Builder self() {
      return this;
    }
  }
}
