package dev.qrlogin.client;

import io.grpc.ConnectivityState;
import io.grpc.ManagedChannel;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;

/**
 * Keeps the pauses between attempts to connect at 5 seconds or less. Those of grpc-java begin with
 * one second, grow to two minutes, and cannot be set; every call fails at once meanwhile.
 */
final class Reconnector {
  private final ManagedChannel channel;
  private final Timer timer;
  private Backoff backoff = newBackoff();

  private Reconnector(ManagedChannel channel, Timer timer) {
    this.channel = channel;
    this.timer = timer;
  }

  /** Begins to observe the channel, until it is shut down. */
  static void attach(ManagedChannel channel, Timer timer) {
    new Reconnector(channel, timer).observe();
  }

  /** One step follows another: only one of the two callbacks is pending at any time. */
  private void observe() {
    ConnectivityState state = channel.getState(false);
    switch (state) {
      case SHUTDOWN:
        return;
      case TRANSIENT_FAILURE:
        timer.schedule(this::retry, backoff.nextPause(Duration.ZERO));
        return;
      case READY:
        backoff = newBackoff();
        break;
      default:
        break;
    }
    channel.notifyWhenStateChanged(state, this::observe);
  }

  private void retry() {
    // The state stays TRANSIENT_FAILURE during an attempt, on which this has no effect.
    if (channel.getState(false) == ConnectivityState.TRANSIENT_FAILURE) {
      channel.resetConnectBackoff();
    }
    observe();
  }

  private static Backoff newBackoff() {
    return new Backoff(() -> ThreadLocalRandom.current().nextDouble());
  }
}
