import { setTimeout as sleep } from "node:timers/promises";
import type { StoreUnavailableError, TicketStore } from "../../src/store/ticket_store.js";

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
  /** Makes reads take long, until `restore`. */
  slowDown(): void;
  restore(): void;
  /** Closes the wrapped store. */
  dispose(): Promise<void>;
}

/** Duration of a slow read, in milliseconds. Calls that start at once overlap in it, on a busy machine too. */
const readTime = 100;

type Fault = "away" | "fails once" | "loses outcome" | "loses races" | "broken" | "slow";

/** Wraps a store. The error of an unreachable one is the class of the build that uses it. */
export function createFaultyStore(
  inner: TicketStore,
  UnavailableError: typeof StoreUnavailableError,
): FaultyStore {
  let fault: Fault | undefined;

  function check(): void {
    if (fault === "broken") throw new Error("the player has broken the store");
    if (fault !== "away" && fault !== "fails once") return;
    if (fault === "fails once") fault = undefined;
    throw new UnavailableError("the player has made the store unreachable");
  }

  return {
    async create(ticket) {
      check();
      return inner.create(ticket);
    },
    async get(id) {
      check();
      if (fault === "slow") await sleep(readTime);
      return inner.get(id);
    },
    async replace(ticket, expectedWriteId) {
      check();
      if (fault === "loses races") return false;
      const isWritten = await inner.replace(ticket, expectedWriteId);
      if (fault !== "loses outcome") return isWritten;
      fault = undefined;
      throw new UnavailableError("the player has dropped the outcome", "unknown");
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
    slowDown() {
      fault = "slow";
    },
    restore() {
      fault = undefined;
    },
  };
}
