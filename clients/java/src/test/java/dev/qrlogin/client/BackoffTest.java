package dev.qrlogin.client;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.time.Duration;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class BackoffTest {
  private static final Duration NO_DELAY = Duration.ZERO;

  private static List<Long> pauses(Backoff backoff, int count) {
    return Stream.generate(() -> backoff.nextPause(NO_DELAY).toMillis())
        .limit(count)
        .collect(Collectors.toList());
  }

  @Test
  void doublesTheLimitUpTo5Seconds() {
    assertEquals(
        List.of(50L, 100L, 200L, 400L, 800L, 1600L, 2500L, 2500L),
        pauses(new Backoff(() -> 0.5), 8));
  }

  @Test
  void addsTheDelayThatTheServerAskedFor() {
    assertEquals(Duration.ofMillis(3_050), new Backoff(() -> 0.5).nextPause(Duration.ofSeconds(3)));
    assertEquals(Duration.ofSeconds(3), new Backoff(() -> 0).nextPause(Duration.ofSeconds(3)));
  }

  @Test
  void beginsAgainAfterAnAttemptThatHasWorkedFor5Seconds() {
    Backoff backoff = new Backoff(() -> 0.5);
    pauses(backoff, 4);
    backoff.succeeded(Duration.ofMillis(4_999));
    assertEquals(List.of(800L), pauses(backoff, 1));
    backoff.succeeded(Duration.ofSeconds(5));
    assertEquals(List.of(50L, 100L), pauses(backoff, 2));
  }
}
