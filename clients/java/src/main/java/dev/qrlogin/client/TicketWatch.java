package dev.qrlogin.client;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Iterator;
import java.util.NoSuchElementException;
import java.util.concurrent.locks.Condition;
import java.util.concurrent.locks.Lock;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import qrlogin.v1.TicketStatus;

/**
 * The statuses of a ticket: the current one at once, then each one that differs in more than the
 * remaining durations, up to a terminal one. The iteration waits for the next status. A slow reader
 * gets the newest status. It may miss earlier ones but never the last.
 *
 * <p>It can be iterated once. Close it, best with a try-with-resources statement: that ends the
 * call at the service, and does not change the ticket. {@link #close} may be called by any thread;
 * the iteration then ends. All else belongs to one thread.
 *
 * <p>The iteration throws a {@link QrLoginException} if the watch ends with an error, or if the
 * waiting thread is interrupted (CANCELLED; the thread stays interrupted).
 */
public final class TicketWatch implements Iterable<TicketStatus>, AutoCloseable {
  // Not a monitor: waiting in one would block the carrier of a virtual thread before Java 24.
  private final Lock lock = new ReentrantLock();
  private final Condition changed = lock.newCondition();
  private final StatusWatch watch;
  private @Nullable TicketStatus newest;
  private @Nullable RuntimeException error;
  private boolean ended;
  private boolean iterated;

  TicketWatch(Function<StreamObserver<TicketStatus>, StatusWatch> start) {
    watch = start.apply(new Newest());
  }

  /**
   * Returns the iterator.
   *
   * @throws IllegalStateException if it has been called before
   */
  @Override
  public Iterator<TicketStatus> iterator() {
    lock.lock();
    try {
      if (iterated) throw new IllegalStateException("A watch can be iterated only once");
      iterated = true;
    } finally {
      lock.unlock();
    }
    return new Statuses();
  }

  /** Ends the watch. Has no effect when called again. */
  @Override
  public void close() {
    watch.close();
    lock.lock();
    try {
      ended = true;
      newest = null;
      error = null;
      changed.signalAll();
    } finally {
      lock.unlock();
    }
  }

  private final class Statuses implements Iterator<TicketStatus> {
    /** What {@code hasNext} has promised, also if the watch is closed before {@code next}. */
    private @Nullable TicketStatus promised;

    @Override
    public boolean hasNext() {
      lock.lock();
      try {
        while (promised == null && newest == null && !ended) {
          try {
            changed.await();
          } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw QrLoginException.of(
                Status.CANCELLED
                    .withDescription("The thread was interrupted")
                    .withCause(e)
                    .asRuntimeException());
          }
        }
        if (newest != null) {
          promised = newest;
          newest = null;
        }
        if (promised != null) return true;
        if (error != null) throw error;
        return false;
      } finally {
        lock.unlock();
      }
    }

    @Override
    public TicketStatus next() {
      lock.lock();
      try {
        if (!hasNext()) throw new NoSuchElementException();
        TicketStatus status = promised;
        promised = null;
        return status;
      } finally {
        lock.unlock();
      }
    }
  }

  /** Keeps the newest status that has not been read. */
  private final class Newest implements StreamObserver<TicketStatus> {
    @Override
    public void onNext(TicketStatus status) {
      lock.lock();
      try {
        if (ended) return;
        newest = status;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }

    @Override
    public void onError(Throwable failure) {
      finish((RuntimeException) failure);
    }

    @Override
    public void onCompleted() {
      finish(null);
    }

    private void finish(@Nullable RuntimeException failure) {
      lock.lock();
      try {
        if (ended) return;
        ended = true;
        error = failure;
        changed.signalAll();
      } finally {
        lock.unlock();
      }
    }
  }
}
