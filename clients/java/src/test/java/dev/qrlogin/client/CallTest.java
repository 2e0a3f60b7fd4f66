package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Status;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.function.Executable;
import qrlogin.v1.AuthorizeRequest;
import qrlogin.v1.AuthorizeResponse;
import qrlogin.v1.CreateTicketRequest;
import qrlogin.v1.ErrorReason;
import qrlogin.v1.ExchangeUserInfoRequest;
import qrlogin.v1.GetSigningKeysRequest;
import qrlogin.v1.GetSigningKeysResponse;
import qrlogin.v1.GetStatusRequest;
import qrlogin.v1.GetStatusResponse;
import qrlogin.v1.QrLoginServiceGrpc;
import qrlogin.v1.SubmitCheckCodeRequest;
import qrlogin.v1.WithdrawRequest;
import qrlogin.v1.WithdrawResponse;

@Timeout(30)
class CallTest {
  private static final FakeServer.Reply UNAVAILABLE =
      FakeServer.error(Status.Code.UNAVAILABLE, "STORE_UNAVAILABLE");
  private static final FakeServer.Reply SILENCE = FakeServer.open();

  private FakeServer server;
  private AppClient app;

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer();
    app = AppClient.builder(server.address(), "shop", "s3cret-of-the-shop").build();
  }

  @AfterEach
  void stop() {
    app.close();
    server.close();
  }

  private static QrLoginException failure(Executable call) {
    return assertThrows(QrLoginException.class, call);
  }

  @Test
  void sendsTheCredentialOfTheApp() {
    server.reply(FakeServer.ok(GetSigningKeysResponse.getDefaultInstance()));
    app.getSigningKeys();
    assertEquals("Basic c2hvcDpzM2NyZXQtb2YtdGhlLXNob3A=", server.requests.get(0).authorization);
  }

  @Test
  void retriesAnIdempotentCallUpToFourAttempts() {
    server.reply(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    server.reply(FakeServer.ok(GetStatusResponse.getDefaultInstance()));
    app.getStatus(GetStatusRequest.getDefaultInstance());
    assertEquals(4, server.requests.size());

    server.reply(UNAVAILABLE, UNAVAILABLE, UNAVAILABLE, UNAVAILABLE);
    QrLoginException error = failure(() -> app.withdraw(WithdrawRequest.getDefaultInstance()));
    assertTrue(error.hasReason(ErrorReason.ERROR_REASON_STORE_UNAVAILABLE));
    assertEquals(8, server.requests.size());
  }

  @Test
  void neverRepeatsACallThatIsNotIdempotent() {
    List<Executable> calls =
        List.of(
            () -> app.createTicket(CreateTicketRequest.getDefaultInstance()),
            () -> app.submitCheckCode(SubmitCheckCodeRequest.getDefaultInstance()),
            () -> app.exchangeUserInfo(ExchangeUserInfoRequest.getDefaultInstance()));
    for (Executable call : calls) {
      server.requests.clear();
      server.reply(UNAVAILABLE);
      assertEquals(Status.Code.UNAVAILABLE, failure(call).code());
      assertEquals(1, server.requests.size());
    }
  }

  @Test
  void waitsAsLongAsTheServiceAsksBeforeARetry() {
    server.reply(FakeServer.pushback(Status.Code.UNAVAILABLE, "400"));
    server.reply(FakeServer.ok(WithdrawResponse.getDefaultInstance()));
    app.withdraw(WithdrawRequest.getDefaultInstance());
    long pause = server.requests.get(1).nanoTime - server.requests.get(0).nanoTime;
    assertTrue(Duration.ofNanos(pause).compareTo(Duration.ofMillis(400)) >= 0);
  }

  @Test
  void doesNotRetryIfTheServiceForbidsIt() {
    server.reply(FakeServer.pushback(Status.Code.UNAVAILABLE, "-1"));
    failure(() -> app.withdraw(WithdrawRequest.getDefaultInstance()));
    assertEquals(1, server.requests.size());
  }

  @Test
  void limitsTheTimeOfACall() {
    server.reply(SILENCE);
    QrLoginException error =
        failure(() -> app.withDeadline(Duration.ofMillis(50)).getSigningKeys());
    assertEquals(Status.Code.DEADLINE_EXCEEDED, error.code());
    assertThrows(IllegalArgumentException.class, () -> app.withDeadline(Duration.ZERO));
  }

  @Test
  void allowsADeadlineOfAges() {
    server.reply(FakeServer.ok(GetSigningKeysResponse.getDefaultInstance()));
    app.withDeadline(Duration.ofSeconds(Long.MAX_VALUE)).getSigningKeys();
  }

  @Test
  void endsRunningAndLaterCallsWhenClosed() throws Exception {
    server.reply(SILENCE);
    CompletableFuture<?> running = CompletableFuture.supplyAsync(app::getSigningKeys);
    FakeServer.await(server.arrived);
    app.close();
    Throwable error = assertThrows(CompletionException.class, running::join).getCause();
    assertEquals("CANCELLED: The client is closed", error.getMessage());
    assertEquals("CANCELLED: The client is closed", failure(app::getSigningKeys).getMessage());
    FakeServer.await(server.cancelled);
  }

  @Test
  void reachesTheGeneratedClientWithItsCredentialAndDeadline() throws Exception {
    server.reply(FakeServer.ok(GetSigningKeysResponse.getDefaultInstance()), SILENCE);
    var stub = QrLoginServiceGrpc.newFutureStub(app.withDeadline(Duration.ofMillis(500)).channel());
    stub.getSigningKeys(GetSigningKeysRequest.getDefaultInstance()).get();
    assertTrue(server.requests.get(0).authorization.startsWith("Basic "));
    var silent = stub.getSigningKeys(GetSigningKeysRequest.getDefaultInstance());
    Throwable error = assertThrows(ExecutionException.class, silent::get).getCause();
    assertEquals(Status.Code.DEADLINE_EXCEEDED, QrLoginException.of(error).code());
  }

  @Test
  void rejectsCredentialsThatCannotBeSent() {
    String address = server.address();
    assertThrows(IllegalArgumentException.class, () -> AppClient.builder(address, "", "s"));
    assertThrows(IllegalArgumentException.class, () -> AppClient.builder(address, "a:b", "s"));
    assertThrows(IllegalArgumentException.class, () -> AppClient.builder(address, "shop", ""));
    assertThrows(IllegalArgumentException.class, () -> AppClient.builder("", "shop", "s"));
    var error =
        assertThrows(
            IllegalArgumentException.class,
            () -> ApproverClient.builder(address, "t0ken with spaces"));
    assertFalse(error.getMessage().contains("t0ken"));
  }

  @Test
  void callsTheTokenSourceOncePerCallAndNotPerAttempt() {
    AtomicInteger tokens = new AtomicInteger();
    try (ApproverClient approver =
        ApproverClient.builder(server.address(), () -> "token-" + tokens.incrementAndGet())
            .build()) {
      server.reply(UNAVAILABLE, UNAVAILABLE);
      server.reply(FakeServer.ok(AuthorizeResponse.getDefaultInstance()));
      server.reply(FakeServer.ok(AuthorizeResponse.getDefaultInstance()));
      approver.authorize(AuthorizeRequest.getDefaultInstance());
      approver.authorize(AuthorizeRequest.getDefaultInstance());
      assertEquals("Bearer token-1", server.requests.get(2).authorization);
      assertEquals("Bearer token-2", server.requests.get(3).authorization);
      assertEquals(2, tokens.get());
    }
  }

  @Test
  void failsACallWhoseTokenSourceFailsWithoutSendingIt() {
    IllegalStateException cause = new IllegalStateException("no session");
    try (ApproverClient approver =
        ApproverClient.builder(
                server.address(),
                () -> {
                  throw cause;
                })
            .build()) {
      QrLoginException error =
          failure(() -> approver.authorize(AuthorizeRequest.getDefaultInstance()));
      assertEquals("UNAUTHENTICATED: The token source failed", error.getMessage());
      assertEquals(cause, error.getCause().getCause());
      assertEquals(List.of(), server.requests);
    }
  }

  @Test
  void failsACallWhoseTokenSourceThrowsWhatItDoesNotDeclare() {
    try (ApproverClient approver =
        ApproverClient.builder(server.address(), () -> throwAny(new IOException("no session")))
            .build()) {
      QrLoginException error =
          failure(() -> approver.authorize(AuthorizeRequest.getDefaultInstance()));
      assertEquals(Status.Code.UNAUTHENTICATED, error.code());
    }
  }

  /** Throws also a checked exception, as code in Kotlin does. */
  @SuppressWarnings("unchecked")
  private static <E extends Throwable> String throwAny(Throwable error) throws E {
    throw (E) error;
  }

  @Test
  void endsACallAtItsDeadlineAlsoWhileItsTokenSourceBlocks() {
    CompletableFuture<String> token = new CompletableFuture<>();
    try (ApproverClient approver =
        ApproverClient.builder(server.address(), token::join)
            .deadline(Duration.ofMillis(100))
            .build()) {
      QrLoginException error =
          failure(() -> approver.authorize(AuthorizeRequest.getDefaultInstance()));
      assertEquals(Status.Code.DEADLINE_EXCEEDED, error.code());
      assertEquals(List.of(), server.requests);
    } finally {
      token.complete("late");
    }
  }

  @Test
  void sendsTheTokenOfAnotherUserOverTheSameConnections() {
    server.reply(FakeServer.ok(AuthorizeResponse.getDefaultInstance()));
    try (ApproverClient approver =
        ApproverClient.builder(server.address(), "token-of-alice").build()) {
      approver.withToken("token-of-bob").authorize(AuthorizeRequest.getDefaultInstance());
      assertEquals("Bearer token-of-bob", server.requests.get(0).authorization);
    }
  }

  @Test
  void showsNoSecretInItsTextOrItsErrors() {
    QrLoginException error =
        failure(() -> app.createTicket(CreateTicketRequest.newBuilder().build()));
    StringWriter text = new StringWriter();
    error.printStackTrace(new PrintWriter(text));
    text.append(app.toString()).append(app.channel().toString());
    assertFalse(text.toString().contains("s3cret"));
    assertFalse(text.toString().contains("c2hvcDpz"));
  }

  @Test
  void usesTlsToOtherAddressesUnlessPlainTextIsAskedFor() {
    // A name for this machine that is not recognized as loopback.
    String remote = server.address().replace("127.0.0.1", "[::ffff:127.0.0.1]");
    server.reply(FakeServer.ok(GetSigningKeysResponse.getDefaultInstance()));
    try (AppClient encrypted =
        AppClient.builder(remote, "shop", "s3cret").deadline(Duration.ofSeconds(5)).build()) {
      assertEquals(Status.Code.UNAVAILABLE, failure(encrypted::getSigningKeys).code());
      assertEquals(List.of(), server.requests);
    }
    try (AppClient plain = AppClient.builder(remote, "shop", "s3cret").usePlaintext().build()) {
      assertInstanceOf(GetSigningKeysResponse.class, plain.getSigningKeys());
    }
  }

  @Test
  void rejectsRootCertificatesThatAreNotPem() {
    for (String text : new String[] {"", "no certificate"}) {
      var pem = new ByteArrayInputStream(text.getBytes(StandardCharsets.UTF_8));
      assertThrows(
          IllegalArgumentException.class,
          () -> AppClient.builder("qr.example.com:443", "shop", "s3cret").rootCertificates(pem));
    }
  }
}
