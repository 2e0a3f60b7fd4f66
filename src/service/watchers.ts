/** Who watches which ticket, on this server. */
export interface Watchers {
  /**
   * Lets a watch in. When the ticket has as many as it may have, the oldest is told to go. The answer takes the watch
   * out again.
   */
  enter(ticketId: string, onSuperseded: () => void): () => void;
  /** Number of tickets with at least one watch. */
  readonly watchedTickets: number;
}

export function createWatchers(maxPerTicket: number): Watchers {
  const watching = new Map<string, Set<() => void>>();

  function leave(ticketId: string, watches: Set<() => void>, watch: () => void): void {
    watches.delete(watch);
    if (watches.size === 0 && watching.get(ticketId) === watches) watching.delete(ticketId);
  }

  return {
    enter(ticketId, onSuperseded) {
      const watches = watching.get(ticketId) ?? new Set();
      // A set keeps the order of arrival.
      const [oldest] = watches;
      if (oldest && watches.size >= maxPerTicket) {
        watches.delete(oldest);
        oldest();
      }
      watching.set(ticketId, watches.add(onSuperseded));
      return () => leave(ticketId, watches, onSuperseded);
    },

    get watchedTickets() {
      return watching.size;
    },
  };
}
