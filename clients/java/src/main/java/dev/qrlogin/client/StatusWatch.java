package dev.qrlogin.client;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientCall;
import io.grpc.Status;
import io.grpc.SynchronizationContext;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.StreamObserver;
import java.time.Duration;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import qrlogin.v1.QrLoginServiceGrpc;
import qrlogin.v1.TicketState;
import qrlogin.v1.TicketStatus;
import qrlogin.v1.WatchStatusRequest;
import qrlogin.v1.WatchStatusResponse;

/**
 * One watch: makes one WatchStatus call after another until a terminal status has come. All of its
 * state is used in the synchronization context only, and so is the observer.
 */
final class StatusWatch implements WatchHandle {
  private static final Status NO_STATUS =
      Status.INTERNAL.withDescription("The service sent a status message without a status");

  private final Channel channel;
  private final WatchStatusRequest request;
  private final StreamObserver<TicketStatus> observer;
  private final Timer timer;
  private final Backoff backoff;
  private final Consumer<StatusWatch> onEnd;
  private final SynchronizationContext context = new SynchronizationContext(this::crashed);

  private @Nullable ClientCall<?, ?> call;
  private Timer.@Nullable Handle pause;
  private @Nullable TicketStatus last;
  private @Nullable Duration firstStatusAt;
  private boolean ended;

  StatusWatch(
      Channel channel,
      WatchStatusRequest request,
      StreamObserver<TicketStatus> observer,
      Timer timer,
      Backoff backoff,
      Consumer<StatusWatch> onEnd) {
    this.channel = channel;
    this.request = request;
    this.observer = observer;
    this.timer = timer;
    this.backoff = backoff;
    this.onEnd = onEnd;
  }

  void start() {
    context.execute(this::open);
  }

  /** Ends the watch with an error, unless it has ended. */
  void fail(RuntimeException error) {
    context.execute(
        () -> {
          if (end()) observer.onError(error);
        });
  }

  /** Ends the watch without a further word to the observer. */
  @Override
  public void close() {
    context.execute(this::end);
  }

  private void open() {
    if (ended) return;
    pause = null;
    firstStatusAt = null;
    ClientCall<WatchStatusRequest, WatchStatusResponse> opened =
        channel.newCall(QrLoginServiceGrpc.getWatchStatusMethod(), CallOptions.DEFAULT);
    call = opened;
    // Reads without pause, also for a slow reader, who then gets the newest status and no old ones.
    ClientCalls.asyncServerStreamingCall(
        opened,
        request,
        new StreamObserver<>() {
          @Override
          public void onNext(WatchStatusResponse message) {
            context.execute(() -> received(message));
          }

          @Override
          public void onError(Throwable error) {
            context.execute(() -> callFailed(QrLoginException.of(error)));
          }

          @Override
          public void onCompleted() {
            context.execute(() -> openAgain(Duration.ZERO));
          }
        });
  }

  private void received(WatchStatusResponse message) {
    if (ended) return;
    if (!message.hasStatus()) {
      end();
      observer.onError(QrLoginException.of(NO_STATUS.asRuntimeException()));
      return;
    }
    if (firstStatusAt == null) firstStatusAt = timer.now();
    TicketStatus status = message.getStatus();
    boolean isLast = isTerminal(status.getState());
    // Before the observer gets it: one that stops here must not leave an open call behind.
    if (isLast) end();
    TicketStatus lasting = withoutRemainingDurations(status);
    if (!lasting.equals(last)) {
      last = lasting;
      observer.onNext(status);
    }
    if (isLast) observer.onCompleted();
  }

  private void callFailed(QrLoginException error) {
    if (ended) return;
    if (error.endsOnlyTheCall()) {
      openAgain(error.retryDelay().orElse(Duration.ZERO));
      return;
    }
    end();
    observer.onError(error);
  }

  private void openAgain(Duration retryDelay) {
    if (ended) return;
    if (firstStatusAt != null) backoff.succeeded(timer.now().minus(firstStatusAt));
    pause = timer.schedule(() -> context.execute(this::open), backoff.nextPause(retryDelay));
  }

  /** Ends the watch. Returns false if it has ended before. */
  private boolean end() {
    if (ended) return false;
    ended = true;
    if (pause != null) pause.cancel();
    if (call != null) call.cancel("The watch has ended", null);
    onEnd.accept(this);
    return true;
  }

  /** Ends the watch with the exception of the observer, and passes the exception on. */
  private void crashed(Thread thread, Throwable error) {
    // Not called from here, which must not throw.
    if (end()) context.execute(() -> observer.onError(QrLoginException.of(error)));
    Thread.UncaughtExceptionHandler handler = thread.getUncaughtExceptionHandler();
    handler.uncaughtException(thread, error);
  }

  /** Reports whether no other state follows. A state unknown to this client is not terminal. */
  private static boolean isTerminal(TicketState state) {
    return state == TicketState.TICKET_STATE_EXCHANGED
        || state == TicketState.TICKET_STATE_CANCELLED
        || state == TicketState.TICKET_STATE_EXPIRED;
  }

  /** Returns the status without what differs in every message. */
  private static TicketStatus withoutRemainingDurations(TicketStatus status) {
    TicketStatus.Builder lasting = status.toBuilder().clearRemainingDuration();
    if (lasting.hasQrCodeStep()) lasting.getQrCodeStepBuilder().clearRemainingDuration();
    return lasting.build();
  }
}
