import { exchangeTicketOf } from "../../src/domain/secrets.js";
import type { Ticket } from "../../src/domain/ticket.js";
import type { Approver } from "../../src/domain/user.js";
import type {
  CallingApp,
  NewTicket,
  ScannedCode,
  TicketLife,
  TicketProof,
} from "../../src/service/tickets.js";
import { createTicketService } from "../../src/service/tickets.js";
import type { TicketWatch, WatchOptions, WatchTicket } from "../../src/service/watch.js";
import { createWatch } from "../../src/service/watch.js";
import { createMemoryStore } from "../../src/store/memory_store.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { StoreUnavailable } from "../../src/store/ticket_store.js";
import { createManualClock } from "../support/clock.js";
import { soonEach } from "../support/soon.js";
import { alice, lifetimes, requester, shop } from "../support/tickets.js";

export const life: TicketLife = { ttl: 120_000, minTtl: 30_000, maxTtl: 600_000 };

export const wish: NewTicket = {
  scene: "APP_AUTH",
  customData: '{"cart":7}',
  customDataSource: "STATED_BY_APP",
  ttl: undefined,
  requester,
  codeChallenge: undefined,
};

/** What the creator of a ticket holds. */
export interface Created {
  readonly id: string;
  readonly proof: TicketProof;
  readonly exchangeTicket: string;
}

/** A store that fails or is held up on demand, and counts what is open. */
export function createFaultyStore(inner: TicketStore) {
  const faults = {
    /** Every member rejects: the back end is away. */
    away: false,
    /** The next write is cut off: before it was made, or after. Either way nobody knows. */
    cutOff: undefined as "before" | "after" | undefined,
    /** Runs before each write: a rival's chance. */
    beforeReplace: async (): Promise<void> => {},
    /** Every write loses its race. */
    losing: false,
    writes: 0,
    subscriptions: 0,
  };
  function assertThere(): void {
    if (faults.away) throw new StoreUnavailable("the back end is away");
  }
  const store: TicketStore = {
    async create(ticket) {
      assertThere();
      await inner.create(ticket);
    },
    async get(id) {
      assertThere();
      return await inner.get(id);
    },
    async replace(ticket, expectedWriteId) {
      assertThere();
      faults.writes += 1;
      await faults.beforeReplace();
      if (faults.losing) return false;
      const { cutOff } = faults;
      faults.cutOff = undefined;
      if (cutOff === "before") throw new StoreUnavailable("cut off", "unknown");
      const won = await inner.replace(ticket, expectedWriteId);
      if (cutOff === "after") throw new StoreUnavailable("cut off", "unknown");
      return won;
    },
    async subscribe(id, onChange) {
      assertThere();
      const unsubscribe = await inner.subscribe(id, onChange);
      faults.subscriptions += 1;
      return () => {
        faults.subscriptions -= 1;
        unsubscribe();
      };
    },
    close: () => inner.close(),
  };
  return { store, faults };
}

/** The use cases and the watch on an embedded store with faults, and a clock that the test moves. */
export function createService(watchOptions: Partial<WatchOptions> = {}) {
  const clock = createManualClock();
  const memory = createMemoryStore({ clock, lifetimes, maxTickets: 1_000, maxTicketsPerApp: 1_000 });
  const { store, faults } = createFaultyStore(memory);
  const access = { store, clock, lifetimes };
  const { exchange, ...others } = createTicketService(access, life);
  const tickets = {
    ...others,
    /** Answers the ticket as the exchange found it, unless told what else to make of it. */
    exchange: (app: CallingApp, exchangeTicket: string, codeVerifier: string, prepare = theTicket) =>
      exchange(app, exchangeTicket, codeVerifier, prepare),
  };
  const unbounded = pulled(createWatch(access, { heartbeat: 15_000, maxPerTicket: 4, ...watchOptions }));
  function watch(...words: Parameters<typeof unbounded>) {
    const started = unbounded(...words);
    return Object.assign(soonEach(started), { end: started.end });
  }

  async function create(changes: Partial<NewTicket> = {}, app: CallingApp = shop): Promise<Created> {
    const prepared = tickets.prepare(app, { ...wish, ...changes });
    await tickets.create(prepared);
    const { id } = prepared.ticket;
    return {
      id,
      proof: { ticketId: id, ticketSecret: prepared.ticketSecret },
      exchangeTicket: exchangeTicketOf(id, prepared.ticketSecret),
    };
  }

  async function stored(id: string): Promise<Ticket> {
    const ticket = await memory.get(id);
    if (!ticket) throw new Error("the ticket is gone");
    return ticket;
  }

  const scan = (id: string, by: Approver = alice) => tickets.markScanned(by, bare(id));
  const authorize = (id: string, by: Approver = alice) => tickets.authorize(by, id, async () => by.profile);

  /** Walks a fresh ticket to the state by the calls that a login makes. */
  async function createIn(
    state: "PENDING" | "SCANNED" | "AUTHORIZED",
    changes: Partial<NewTicket> = {},
  ): Promise<Created> {
    const created = await create(changes);
    if (state !== "PENDING") await scan(created.id);
    if (state === "AUTHORIZED") await authorize(created.id);
    return created;
  }

  return { clock, memory, faults, access, tickets, watch, create, createIn, stored, scan, authorize };
}

/** A watch whose tickets are asked for one at a time. It starts with the first. */
export interface PulledWatch extends AsyncIterableIterator<Ticket, undefined> {
  next(): Promise<IteratorResult<Ticket, undefined>>;
  return(): Promise<IteratorResult<Ticket, undefined>>;
  /** Ends it early: the next ticket rejects with the reason. */
  end(reason: unknown): void;
}

/** Lets a test ask for each ticket, which is what resumes the watch. */
export function pulled(watch: WatchTicket) {
  return (app: CallingApp, proof: TicketProof): PulledWatch => {
    let started: TicketWatch | undefined;
    let end: { readonly error: unknown } | undefined;
    let ticket: Ticket | undefined;
    let wake = () => {};
    const listener = {
      onTicket(found: Ticket) {
        ticket = found;
        wake();
      },
      onEnd(error: unknown) {
        end ??= { error };
        wake();
      },
    };
    const leave = (error: unknown) => (started ? started.end(error) : listener.onEnd(error));
    return {
      async next() {
        const come = new Promise<void>((resolve) => {
          wake = resolve;
        });
        if (!end && started) started.resume();
        else if (!end) started = watch(app, proof, listener);
        if (!end) await come;
        const value = ticket;
        ticket = undefined;
        if (value) return { done: false, value };
        if (end?.error !== undefined) throw end.error;
        return { done: true, value: undefined };
      },
      async return() {
        leave(undefined);
        return { done: true, value: undefined };
      },
      end: leave,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
}

const theTicket = async (ticket: Ticket): Promise<Ticket> => ticket;

/** What a phone sends that sends the ticket id alone. */
export const bare = (ticketId: string): ScannedCode => ({
  ticketId,
  scene: undefined,
  userPoolId: undefined,
});
