package dev.qrlogin.client;

import java.time.Duration;

/** The source of time for pauses. Tests replace it. */
interface Timer {
  /** Runs the task after a delay, in another thread. A delay of zero or less runs it at once. */
  Handle schedule(Runnable task, Duration delay);

  /** Returns the time since some fixed moment. */
  Duration now();

  /** A scheduled task. */
  interface Handle {
    /** Removes the task if it has not begun. */
    void cancel();
  }
}
