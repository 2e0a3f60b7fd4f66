import { performance } from "node:perf_hooks";
import { StoreUnavailableError, type TicketStore } from "./ticket_store.js";

/** Operations of a store that are observed. */
export const storeOperations = ["create", "get", "replace", "subscribe"] as const;

export type StoreOperation = (typeof storeOperations)[number];

/** Outcomes of an operation. `error` is a fault, or the limit of tickets. */
export const storeOutcomes = ["ok", "unavailable", "error"] as const;

export type StoreOutcome = (typeof storeOutcomes)[number];

/** Receives the operations of a store, for metrics. */
export interface StoreObserver {
  onOperation(operation: StoreOperation, outcome: StoreOutcome, durationMs: number): void;
}

/** Returns the store, with an observer of the operations that wait for its back end. */
export function observeStore(store: TicketStore, observer: StoreObserver): TicketStore {
  async function observe<T>(operation: StoreOperation, work: () => Promise<T>): Promise<T> {
    const startedAt = performance.now();
    let outcome: StoreOutcome = "error";
    try {
      const result = await work();
      outcome = "ok";
      return result;
    } catch (error) {
      if (error instanceof StoreUnavailableError) outcome = "unavailable";
      throw error;
    } finally {
      observer.onOperation(operation, outcome, performance.now() - startedAt);
    }
  }

  return {
    create: (ticket) => observe("create", () => store.create(ticket)),
    get: (id) => observe("get", () => store.get(id)),
    replace: (ticket, expectedWriteId) => observe("replace", () => store.replace(ticket, expectedWriteId)),
    subscribe: (id, onChange) => observe("subscribe", () => store.subscribe(id, onChange)),
    close: () => store.close(),
  };
}
