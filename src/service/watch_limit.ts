/** Who watches which ticket, on this server. */
export interface WatchLimit {
  /**
   * Counts a watch. When the ticket has as many as it may have, the oldest is ended: its `onSuperseded` is called. Returns a
   * function that takes the watch out again.
   */
  add(ticketId: string, onSuperseded: () => void): () => void;
  /** Number of tickets with at least one watch. */
  readonly ticketCount: number;
}

export function createWatchLimit(maxPerTicket: number): WatchLimit {
  /** In the order of arrival. Arrays and not sets: most hold one watch, and none holds more than `maxPerTicket`. */
  const watchesByTicket = new Map<string, (() => void)[]>();

  function remove(ticketId: string, watch: () => void): void {
    const watches = watchesByTicket.get(ticketId) ?? [];
    const index = watches.indexOf(watch);
    if (index >= 0) watches.splice(index, 1);
    if (watches.length === 0) watchesByTicket.delete(ticketId);
  }

  return {
    add(ticketId, onSuperseded) {
      const watches = watchesByTicket.get(ticketId) ?? [];
      watchesByTicket.set(ticketId, watches);
      const oldest = watches.length >= maxPerTicket ? watches.shift() : undefined;
      watches.push(onSuperseded);
      oldest?.();
      return () => remove(ticketId, onSuperseded);
    },

    get ticketCount() {
      return watchesByTicket.size;
    },
  };
}
