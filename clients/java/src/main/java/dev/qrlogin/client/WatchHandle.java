package dev.qrlogin.client;

/** A running watch whose statuses an observer gets. */
public interface WatchHandle extends AutoCloseable {
  /**
   * Ends the watch, from any thread. The observer is not called any more, except that a call to it
   * may be in progress. Does not change the ticket. Has no effect on a watch that has ended.
   */
  @Override
  void close();
}
