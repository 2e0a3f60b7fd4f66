/** The watches of each ticket in this process, up to a limit. */
export interface WatchLimit {
  /**
   * Counts a watch. If the ticket is at its limit, ends the oldest watch by calling its `onSuperseded`. Returns a
   * function that removes the new watch.
   */
  add(ticketId: string, onSuperseded: () => void): () => void;
  /** Number of tickets with at least one watch. */
  readonly ticketCount: number;
}

export function createWatchLimit(maxPerTicket: number): WatchLimit {
  /** Callbacks in order of arrival. Arrays suffice: most hold one watch, and none more than `maxPerTicket`. */
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
