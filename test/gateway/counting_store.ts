import type { TicketStore } from "../../src/store/ticket_store.js";

/** A wrapper of a store that counts the watches. */
export interface CountingStore {
  readonly wrap: (embedded: TicketStore) => TicketStore;
  /** Returns the number of open subscriptions: one for each watch of the service. */
  openWatches(): number;
  /** Returns the number of subscriptions since the start. */
  totalWatches(): number;
}

export function createCountingStore(): CountingStore {
  let now = 0;
  let ever = 0;
  return {
    wrap: (embedded) => ({
      ...embedded,
      async subscribe(id, onChange) {
        const unsubscribe = await embedded.subscribe(id, onChange);
        now++;
        ever++;
        return () => {
          now--;
          unsubscribe();
        };
      },
    }),
    openWatches: () => now,
    totalWatches: () => ever,
  };
}
