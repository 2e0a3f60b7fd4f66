import { afterEach, beforeEach } from "vitest";
import type { Ticket } from "../../src/domain/ticket.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { type Calls, callersOf } from "./callers.js";
import { createManualClock, flushPromises, type ManualClock } from "./clock.js";
import { startTestServer, type TestServer, type TestServerOptions } from "./server.js";
import { signToken } from "./tokens.js";

/** Operations that replace those of a store. */
export type StoreFaults = Partial<Pick<TicketStore, "create" | "get" | "replace">>;

// Replaced before each test. Modules that import them see the current values.
export let server: TestServer;
export let clock: ManualClock;
export let shop: Calls;
export let alice: Calls;
export let bob: Calls;
/** Every ticket that was written, as it was in the store. */
export let writtenTickets: Ticket[];

let faults: StoreFaults;
let overlapping: boolean;

/**
 * Gives each test of the file a separate server with a clock that stands still. It is stopped after the test.
 */
export function useTestServer(options: TestServerOptions = {}): void {
  beforeEach(() => start(options));
  afterEach(() => server.stop());
}

/** Replaces the running server. */
export async function restartServer(options: TestServerOptions): Promise<void> {
  await server.stop();
  await start(options);
}

/** Makes the store fail from now on. Without an argument, it works again. */
export function failStore(next: StoreFaults = {}): void {
  faults = next;
}

/** Makes reads take a turn of the event loop, so that concurrent calls all read before any of them writes. */
export function delayReads(): void {
  overlapping = true;
}

async function start(options: TestServerOptions): Promise<void> {
  faults = {};
  overlapping = false;
  writtenTickets = [];
  clock = createManualClock(Date.now());
  server = await startTestServer({ clock, store: createFaultyStore, ...options });
  const { app, user } = callersOf(server.client);
  shop = app("shop");
  alice = user(await signToken("alice"));
  bob = user(await signToken("bob"));
}

function createFaultyStore(embedded: TicketStore): TicketStore {
  return {
    ...embedded,
    create(ticket) {
      writtenTickets.push(ticket);
      return (faults.create ?? embedded.create)(ticket);
    },
    async get(id) {
      const ticket = await (faults.get ?? embedded.get)(id);
      if (overlapping) await flushPromises();
      return ticket;
    },
    replace(ticket, expectedWriteId) {
      writtenTickets.push(ticket);
      return (faults.replace ?? embedded.replace)(ticket, expectedWriteId);
    },
  };
}
