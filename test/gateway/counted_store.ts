import type { TicketStore } from "../../src/store/ticket_store.js";

/** A store around another one, of which a test knows how many watches there are. */
export interface CountedStore {
  readonly around: (embedded: TicketStore) => TicketStore;
  /** Subscriptions now: one for each watch of the service. */
  watches(): number;
  /** Subscriptions that there ever were. */
  everWatched(): number;
}

export function createCountedStore(): CountedStore {
  let now = 0;
  let ever = 0;
  return {
    around: (embedded) => ({
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
    watches: () => now,
    everWatched: () => ever,
  };
}
