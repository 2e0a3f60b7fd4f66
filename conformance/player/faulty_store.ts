import type { TicketStore } from "../../src/store/ticket_store.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";

/** A store whose back end fails when the player says so. It stays open when a server that uses it stops. */
export interface FaultyStore extends TicketStore {
  /** Makes every operation fail until `restore`. */
  takeAway(): void;
  /** Makes the next read of a ticket, or the next write, fail. */
  failOnce(): void;
  /** Lets the next write of an existing ticket happen, and reports that its outcome is unknown. */
  loseNextOutcome(): void;
  /** Makes every write of an existing ticket lose the race with another one until `restore`. */
  loseRaces(): void;
  /** Makes every operation fail with an error that nobody foresees, until `restore`. */
  break(): void;
  restore(): void;
  /** Closes the wrapped store. */
  dispose(): Promise<void>;
}

type Fault = "away" | "fails once" | "loses outcome" | "loses races" | "broken";

/** Wraps a store. */
export function createFaultyStore(inner: TicketStore): FaultyStore {
  let fault: Fault | undefined;

  function check(): void {
    if (fault === "broken") throw new Error("the player has broken the store");
    if (fault !== "away" && fault !== "fails once") return;
    if (fault === "fails once") fault = undefined;
    throw new StoreUnavailableError("the player has made the store unreachable");
  }

  return {
    async create(ticket) {
      check();
      return inner.create(ticket);
    },
    async get(id) {
      check();
      return inner.get(id);
    },
    async replace(ticket, expectedWriteId) {
      check();
      if (fault === "loses races") return false;
      const isWritten = await inner.replace(ticket, expectedWriteId);
      if (fault !== "loses outcome") return isWritten;
      fault = undefined;
      throw new StoreUnavailableError("the player has dropped the outcome", "unknown");
    },
    async subscribe(id, onChange) {
      // A subscription is not a read: "fails once" is for the operation after it.
      if (fault === "away") check();
      return inner.subscribe(id, onChange);
    },
    async close() {},
    dispose: () => inner.close(),
    takeAway() {
      fault = "away";
    },
    failOnce() {
      fault = "fails once";
    },
    loseNextOutcome() {
      fault = "loses outcome";
    },
    loseRaces() {
      fault = "loses races";
    },
    break() {
      fault = "broken";
    },
    restore() {
      fault = undefined;
    },
  };
}
