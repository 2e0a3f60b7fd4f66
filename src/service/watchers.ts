/** Who watches which ticket, on this server. */
export interface Watchers {
  /**
   * Counts a watch. When the ticket has as many as it may have, the oldest is ended: its `onSuperseded` is called. Returns a
   * function that takes the watch out again.
   */
  enter(ticketId: string, onSuperseded: () => void): () => void;
  /** Number of tickets with at least one watch. */
  readonly watchedTickets: number;
}

export function createWatchers(maxPerTicket: number): Watchers {
  /** In the order of arrival. Arrays and not sets: most hold one watch, and none holds more than `maxPerTicket`. */
  const watching = new Map<string, (() => void)[]>();

  function leave(ticketId: string, watch: () => void): void {
    const watches = watching.get(ticketId) ?? [];
    const index = watches.indexOf(watch);
    if (index >= 0) watches.splice(index, 1);
    if (watches.length === 0) watching.delete(ticketId);
  }

  return {
    enter(ticketId, onSuperseded) {
      const watches = watching.get(ticketId) ?? [];
      watching.set(ticketId, watches);
      const oldest = watches.length >= maxPerTicket ? watches.shift() : undefined;
      watches.push(onSuperseded);
      oldest?.();
      return () => leave(ticketId, onSuperseded);
    },

    get watchedTickets() {
      return watching.size;
    },
  };
}
