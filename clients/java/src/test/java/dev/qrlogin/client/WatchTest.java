package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import io.grpc.Grpc;
import io.grpc.ManagedChannel;
import io.grpc.ManagedChannelBuilder;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CompletionException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import qrlogin.v1.GetSigningKeysResponse;
import qrlogin.v1.QrCodeStep;
import qrlogin.v1.TicketState;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.WatchStatusRequest;
import qrlogin.v1.WatchStatusResponse;

@Timeout(30)
class WatchTest {
  private static final WatchStatusResponse PENDING = status(TicketState.TICKET_STATE_PENDING, 1);
  private static final WatchStatusResponse SCANNED = status(TicketState.TICKET_STATE_SCANNED, 2);
  private static final WatchStatusResponse EXPIRED = status(TicketState.TICKET_STATE_EXPIRED, 3);

  private final List<Duration> pauses = new CopyOnWriteArrayList<>();
  private final BlockingQueue<String> events = new LinkedBlockingQueue<>();
  private volatile Duration now = Duration.ZERO;
  private FakeServer server;
  private ManagedChannel channel;

  private static WatchStatusResponse status(TicketState state, int revision) {
    return WatchStatusResponse.newBuilder()
        .setStatus(TicketStatus.newBuilder().setState(state).setRevision(revision))
        .build();
  }

  @BeforeEach
  void start() throws Exception {
    server = new FakeServer();
    channel = ManagedChannelBuilder.forTarget(server.address()).usePlaintext().build();
  }

  @AfterEach
  void stop() {
    channel.shutdownNow();
    server.close();
  }

  /** A timer that records the pauses and lets none pass. */
  private final Timer timer =
      new Timer() {
        @Override
        public Handle schedule(Runnable task, Duration delay) {
          pauses.add(delay);
          task.run();
          return () -> {};
        }

        @Override
        public Duration now() {
          return now;
        }
      };

  private StatusWatch watch() {
    StreamObserver<TicketStatus> observer =
        new StreamObserver<>() {
          @Override
          public void onNext(TicketStatus status) {
            events.add(status.getState().name().replace("TICKET_STATE_", ""));
          }

          @Override
          public void onError(Throwable error) {
            events.add(error.getMessage());
          }

          @Override
          public void onCompleted() {
            events.add("end");
          }
        };
    StatusWatch watch =
        new StatusWatch(
            channel,
            WatchStatusRequest.getDefaultInstance(),
            observer,
            timer,
            new Backoff(() -> 0.5),
            ended -> {});
    watch.start();
    return watch;
  }

  private void assertEvents(String... expected) throws InterruptedException {
    for (String event : expected) assertEquals(event, FakeServer.await(events));
  }

  @Test
  void endsAfterATerminalStatusAndCancelsTheCallBeforeTheObserverGetsIt() throws Exception {
    server.reply(FakeServer.open(PENDING, SCANNED, EXPIRED));
    watch();
    assertEvents("PENDING", "SCANNED", "EXPIRED", "end");
    FakeServer.await(server.cancelled);
    assertEquals(1, server.requests.size());
  }

  @Test
  void leavesOutHeartbeatsButNotNewSteps() throws Exception {
    TicketStatus.Builder heartbeat =
        PENDING.getStatus().toBuilder()
            .setRemainingDuration(com.google.protobuf.Duration.newBuilder().setSeconds(9));
    TicketStatus step =
        PENDING.getStatus().toBuilder().setQrCodeStep(QrCodeStep.newBuilder().setNumber(2)).build();
    TicketStatus.Builder laterStep = step.toBuilder();
    laterStep
        .getQrCodeStepBuilder()
        .setRemainingDuration(com.google.protobuf.Duration.newBuilder().setSeconds(3));
    server.reply(
        FakeServer.open(
            PENDING,
            WatchStatusResponse.newBuilder().setStatus(heartbeat).build(),
            WatchStatusResponse.newBuilder().setStatus(step).build(),
            WatchStatusResponse.newBuilder().setStatus(laterStep).build(),
            EXPIRED));
    watch();
    assertEvents("PENDING", "PENDING", "EXPIRED", "end");
  }

  @Test
  void goesOnAfterAnUnknownState() throws Exception {
    WatchStatusResponse unknown =
        WatchStatusResponse.newBuilder()
            .setStatus(TicketStatus.newBuilder().setStateValue(99))
            .build();
    server.reply(FakeServer.open(unknown, EXPIRED));
    watch();
    assertEvents("UNRECOGNIZED", "EXPIRED", "end");
  }

  @Test
  void callsAgainNoSoonerThanTheServiceAsks() throws Exception {
    server.reply(
        FakeServer.error(Status.Code.UNAVAILABLE, "SERVER_DRAINING", FakeServer.retryAfter(2)),
        FakeServer.error(
            Status.Code.RESOURCE_EXHAUSTED, "TOO_MANY_WATCHES", FakeServer.retryAfter(7)),
        FakeServer.open(EXPIRED));
    watch();
    assertEvents("EXPIRED", "end");
    assertEquals(List.of(Duration.ofMillis(2_050), Duration.ofMillis(7_100)), pauses);
  }

  @ParameterizedTest
  @CsvSource({"UNAVAILABLE", "CANCELLED", "DEADLINE_EXCEEDED", "OK"})
  void callsAgainAfterACallThatWasCutOff(Status.Code code) throws Exception {
    server.reply(FakeServer.bareError(code.toStatus(), PENDING), FakeServer.open(PENDING, EXPIRED));
    watch();
    // The status of the second call is a repetition.
    assertEvents("PENDING", "EXPIRED", "end");
    assertEquals(2, server.requests.size());
  }

  @ParameterizedTest
  @CsvSource({
    "NOT_FOUND, TICKET_NOT_FOUND",
    "UNAUTHENTICATED, APP_UNAUTHENTICATED",
    "ABORTED, WATCH_SUPERSEDED",
    "UNAVAILABLE, OUTCOME_UNKNOWN",
    "RESOURCE_EXHAUSTED, RATE_LIMITED",
    "CANCELLED, MADE_IN_2030",
    "INTERNAL, INTERNAL"
  })
  void endsWithAnyOtherError(Status.Code code, String reason) throws Exception {
    server.reply(FakeServer.error(code, reason));
    watch();
    assertEvents(code + ": " + reason);
    assertEquals(1, server.requests.size());
  }

  @Test
  void doesNotCallAgainForAReasonOfAnotherDomain() throws Exception {
    server.reply(
        call ->
            call.close(
                Status.RESOURCE_EXHAUSTED,
                FakeServer.trailers(
                    Status.Code.RESOURCE_EXHAUSTED, "example.com", "TOO_MANY_WATCHES")));
    watch();
    assertEvents("RESOURCE_EXHAUSTED: TOO_MANY_WATCHES");
  }

  @Test
  void pausesLongerAfterEachCallUntilOneHasWorkedFor5Seconds() throws Exception {
    FakeServer.Reply cut = FakeServer.bareError(Status.UNAVAILABLE, PENDING);
    CompletableFuture<ServerCall<?, ?>> held = new CompletableFuture<>();
    server.reply(
        cut,
        cut,
        call -> {
          FakeServer.open(SCANNED).send(call);
          held.complete(call);
        },
        FakeServer.open(EXPIRED));
    watch();
    assertEvents("PENDING", "SCANNED");
    now = Duration.ofSeconds(5);
    held.join().close(Status.UNAVAILABLE, new Metadata());
    assertEvents("EXPIRED", "end");
    assertEquals(
        List.of(Duration.ofMillis(50), Duration.ofMillis(100), Duration.ofMillis(50)), pauses);
  }

  @Test
  void endsWithAnErrorIfAMessageHasNoStatus() throws Exception {
    server.reply(FakeServer.open(WatchStatusResponse.getDefaultInstance()));
    watch();
    assertEvents("INTERNAL: The service sent a status message without a status");
    FakeServer.await(server.cancelled);
  }

  @Test
  void closingTheWatchCancelsTheCallAndSaysNothingMore() throws Exception {
    server.reply(FakeServer.open(PENDING));
    StatusWatch watch = watch();
    assertEvents("PENDING");
    watch.close();
    watch.fail(new IllegalStateException("too late"));
    FakeServer.await(server.cancelled);
    assertTrue(events.isEmpty());
  }

  @Test
  void anIterationEndsAfterATerminalStatus() {
    server.reply(FakeServer.open(EXPIRED));
    try (AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build();
        TicketWatch watch = client.watchStatus(WatchStatusRequest.getDefaultInstance())) {
      Iterator<TicketStatus> statuses = watch.iterator();
      assertEquals(TicketState.TICKET_STATE_EXPIRED, statuses.next().getState());
      assertFalse(statuses.hasNext());
      assertThrows(NoSuchElementException.class, statuses::next);
      assertThrows(IllegalStateException.class, watch::iterator);
    }
  }

  @Test
  void anIterationThrowsTheErrorOfTheService() {
    server.reply(FakeServer.error(Status.Code.NOT_FOUND, "TICKET_NOT_FOUND"));
    try (AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build();
        TicketWatch watch = client.watchStatus(WatchStatusRequest.getDefaultInstance())) {
      Iterator<TicketStatus> statuses = watch.iterator();
      for (int i = 0; i < 2; i++) assertThrows(QrLoginException.class, statuses::hasNext);
    }
  }

  @Test
  void closingTheClientEndsAWaitingIterationWithAnError() throws Exception {
    server.reply(FakeServer.open(PENDING));
    AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build();
    Iterator<TicketStatus> statuses =
        client.watchStatus(WatchStatusRequest.getDefaultInstance()).iterator();
    statuses.next();
    CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(statuses::hasNext);
    client.close();
    Throwable error = assertThrows(CompletionException.class, waiting::join).getCause();
    assertEquals("CANCELLED: The client is closed", error.getMessage());
    FakeServer.await(server.cancelled);
    TicketWatch late = client.watchStatus(WatchStatusRequest.getDefaultInstance());
    assertThrows(QrLoginException.class, late.iterator()::hasNext);
  }

  @Test
  void closingTheClientEndsAWatchThatPausesForAges() throws Exception {
    server.reply(
        FakeServer.error(
            Status.Code.UNAVAILABLE, "SERVER_DRAINING", FakeServer.retryAfter(Long.MAX_VALUE)));
    AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build();
    TicketWatch watch = client.watchStatus(WatchStatusRequest.getDefaultInstance());
    CompletableFuture<Boolean> waiting =
        CompletableFuture.supplyAsync(() -> watch.iterator().hasNext());
    FakeServer.await(server.arrived);
    // The end of the call has then been handled.
    assertThrows(TimeoutException.class, () -> waiting.get(500, TimeUnit.MILLISECONDS));
    client.close();
    Throwable error =
        assertThrows(ExecutionException.class, () -> waiting.get(10, TimeUnit.SECONDS)).getCause();
    assertEquals("CANCELLED: The client is closed", error.getMessage());
  }

  @Test
  void anObserverThatThrowsGetsItsErrorAndEndsTheWatch() throws Exception {
    server.reply(FakeServer.open(PENDING));
    CompletableFuture<Throwable> failure = new CompletableFuture<>();
    IllegalStateException cause = new IllegalStateException("no more screens");
    StreamObserver<TicketStatus> observer =
        new StreamObserver<>() {
          @Override
          public void onNext(TicketStatus status) {
            throw cause;
          }

          @Override
          public void onError(Throwable error) {
            failure.complete(error);
          }

          @Override
          public void onCompleted() {}
        };
    try (AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build()) {
      client.watchStatus(WatchStatusRequest.getDefaultInstance(), observer);
      assertEquals(cause, failure.get(10, TimeUnit.SECONDS).getCause());
      FakeServer.await(server.cancelled);
    }
  }

  @Test
  void closingTheWatchEndsAWaitingIteration() throws Exception {
    server.reply(FakeServer.open(PENDING));
    try (AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build()) {
      TicketWatch watch = client.watchStatus(WatchStatusRequest.getDefaultInstance());
      Iterator<TicketStatus> statuses = watch.iterator();
      statuses.next();
      CompletableFuture<Boolean> waiting = CompletableFuture.supplyAsync(statuses::hasNext);
      watch.close();
      assertFalse(waiting.join());
      FakeServer.await(server.cancelled);
    }
  }

  @Test
  void interruptingTheReaderEndsTheWait() {
    server.reply(FakeServer.open());
    try (AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build();
        TicketWatch watch = client.watchStatus(WatchStatusRequest.getDefaultInstance())) {
      Iterator<TicketStatus> statuses = watch.iterator();
      Thread.currentThread().interrupt();
      QrLoginException error = assertThrows(QrLoginException.class, statuses::hasNext);
      assertEquals(Status.Code.CANCELLED, error.code());
      assertTrue(Thread.interrupted());
    }
  }

  @Test
  void watchesHaveNoDeadlineAndAConnectionOfTheirOwn() throws Exception {
    server.reply(
        call -> {
          events.add(peerOf(call));
          FakeServer.open(PENDING).send(call);
        },
        call -> {
          events.add(peerOf(call));
          FakeServer.ok(GetSigningKeysResponse.getDefaultInstance()).send(call);
        });
    try (AppClient client = AppClient.builder(server.address(), "shop", "s3cret").build();
        TicketWatch watch = client.watchStatus(WatchStatusRequest.getDefaultInstance())) {
      watch.iterator().next();
      client.getSigningKeys();
      assertNull(server.requests.get(0).timeout);
      assertNotNull(server.requests.get(1).timeout);
      assertNotEquals(FakeServer.await(events), FakeServer.await(events));
    }
  }

  private static String peerOf(ServerCall<?, ?> call) {
    return String.valueOf(call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR));
  }
}
