package dev.qrlogin.client;

import java.time.Duration;
import java.util.function.DoubleSupplier;

/**
 * The pauses between attempts: random between zero and a limit that doubles (full jitter). Not
 * thread-safe.
 */
final class Backoff {
  private static final Duration FIRST_LIMIT = Duration.ofMillis(100);
  private static final Duration MAX_LIMIT = Duration.ofSeconds(5);

  private final DoubleSupplier random;
  private Duration limit = FIRST_LIMIT;

  /**
   * @param random returns numbers from 0 up to, but not including, 1
   */
  Backoff(DoubleSupplier random) {
    this.random = random;
  }

  /**
   * Returns the next pause: the delay that the server asked for, plus a random pause. It is the sum
   * and not the greater of the two, since all that were told the same delay would otherwise come
   * back at the same moment.
   */
  Duration nextPause(Duration retryDelay) {
    long jitter = (long) (limit.toNanos() * random.getAsDouble());
    Duration doubled = limit.multipliedBy(2);
    limit = doubled.compareTo(MAX_LIMIT) < 0 ? doubled : MAX_LIMIT;
    return retryDelay.plusNanos(jitter);
  }

  /**
   * Begins again with the shortest limit if an attempt has worked for 5 seconds or longer. A
   * shorter success changes nothing: a server that ends each call at once would be called almost
   * without pause.
   */
  void succeeded(Duration worked) {
    if (worked.compareTo(MAX_LIMIT) >= 0) limit = FIRST_LIMIT;
  }
}
