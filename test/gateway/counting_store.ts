import type { TicketStore } from "../../src/store/ticket_store.js";

/** A store around another one, of which a test knows how many watches there are. */
export interface CountingStore {
  readonly wrap: (embedded: TicketStore) => TicketStore;
  /** Subscriptions now: one for each watch of the service. */
  openWatches(): number;
  /** Subscriptions that there ever were. */
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
