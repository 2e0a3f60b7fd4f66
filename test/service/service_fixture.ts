import { defaultPolicy, type Policy } from "../../src/domain/policy.js";
import { exchangeTicketOf } from "../../src/domain/secrets.js";
import type { Ticket } from "../../src/domain/ticket.js";
import type { Approver } from "../../src/domain/user.js";
import { createSignInCheck } from "../../src/service/sign_in_administration.js";
import type {
  CallingApp,
  CreateParameters,
  Scan,
  TicketCredentials,
  TtlPolicy,
} from "../../src/service/tickets.js";
import { createTicketService } from "../../src/service/tickets.js";
import type { TicketWatch, WatchOptions, WatchTicket } from "../../src/service/watch.js";
import { createWatcher } from "../../src/service/watch.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import { createMemorySignInSwitch } from "../../src/store/memory/sign_in_switch.js";
import type { TicketStore } from "../../src/store/ticket_store.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { createManualClock } from "../support/clock.js";
import { alice, lifetimes, requester, shop } from "../support/tickets.js";
import { withTimeoutEach } from "../support/timeout.js";

export const ttlPolicy: TtlPolicy = { ttl: 120_000, minTtl: 30_000, maxTtl: 600_000 };

export const createParameters: CreateParameters = {
  scene: "APP_AUTH",
  customData: '{"cart":7}',
  customDataSource: "STATED_BY_APP",
  ttl: undefined,
  requester,
  codeChallenge: undefined,
  screenId: "",
  asksForCheckCode: false,
  drawsQrCodeSteps: true,
};

/** The credentials of a ticket's creator. */
export interface CreatedTicket {
  readonly id: string;
  readonly proof: TicketCredentials;
  readonly exchangeTicket: string;
}

/** Creates a store that fails or is delayed on demand, and counts reads, writes and open subscriptions. */
export function createFaultyStore(inner: TicketStore) {
  const faults = {
    /** Makes every method reject, as while the back end is unreachable. */
    away: false,
    /** Cuts off the next write, before or after it was made; the caller cannot know which. */
    cutOff: undefined as "before" | "after" | undefined,
    /** Runs before each write, so that a rival can write first. */
    beforeReplace: async (): Promise<void> => {},
    /** Makes every write lose its race. */
    losing: false,
    reads: 0,
    writes: 0,
    subscriptions: 0,
  };
  function assertAvailable(): void {
    if (faults.away) throw new StoreUnavailableError("the back end is unreachable");
  }
  const store: TicketStore = {
    async create(ticket) {
      assertAvailable();
      await inner.create(ticket);
    },
    async get(id) {
      assertAvailable();
      faults.reads += 1;
      return await inner.get(id);
    },
    async replace(ticket, expectedWriteId) {
      assertAvailable();
      faults.writes += 1;
      await faults.beforeReplace();
      if (faults.losing) return false;
      const { cutOff } = faults;
      faults.cutOff = undefined;
      if (cutOff === "before") throw new StoreUnavailableError("cut off", "unknown");
      const written = await inner.replace(ticket, expectedWriteId);
      if (cutOff === "after") throw new StoreUnavailableError("cut off", "unknown");
      return written;
    },
    async subscribe(id, onChange) {
      assertAvailable();
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

/** Creates the use cases and the watch on a store in memory with faults, and a clock that the test moves. */
export function createService(watchOptions: Partial<WatchOptions> = {}, policy: Policy = defaultPolicy) {
  const clock = createManualClock();
  const memory = createMemoryStore({ clock, lifetimes, maxTickets: 1_000, maxTicketsPerApp: 1_000 });
  const { store, faults } = createFaultyStore(memory);
  const context = { store, clock, lifetimes };
  const signInSwitch = createMemorySignInSwitch();
  const { exchange, ...others } = createTicketService(
    context,
    ttlPolicy,
    () => policy,
    createSignInCheck(signInSwitch),
  );
  const tickets = {
    ...others,
    /** Resolves with the ticket as the exchange found it, unless `prepare` returns something else. */
    exchange: (app: CallingApp, exchangeTicket: string, codeVerifier: string, prepare = returnTicket) =>
      exchange(app, exchangeTicket, codeVerifier, prepare),
  };
  const unbounded = toPullWatch(
    createWatcher(context, { heartbeatInterval: 15_000, maxPerTicket: 4, ...watchOptions }),
  );
  function watch(...args: Parameters<typeof unbounded>) {
    const started = unbounded(...args);
    return Object.assign(withTimeoutEach(started), { end: started.end });
  }

  async function create(
    changes: Partial<CreateParameters> = {},
    app: CallingApp = shop,
  ): Promise<CreatedTicket> {
    const prepared = tickets.prepare(app, { ...createParameters, ...changes });
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

  const scan = (id: string, by: Approver = alice) => tickets.markScanned(by, ticketIdOnly(id));
  const authorize = (id: string, by: Approver = alice) => tickets.authorize(by, id, async () => by.profile);

  /** Creates a ticket and brings it to the state by the calls of a login. */
  async function createIn(
    state: "PENDING" | "SCANNED" | "AUTHORIZED",
    changes: Partial<CreateParameters> = {},
  ): Promise<CreatedTicket> {
    const created = await create(changes);
    if (state !== "PENDING") await scan(created.id);
    if (state === "AUTHORIZED") await authorize(created.id);
    return created;
  }

  return {
    clock,
    memory,
    signInSwitch,
    faults,
    access: context,
    tickets,
    watch,
    create,
    createIn,
    stored,
    scan,
    authorize,
  };
}

/** A watch whose tickets are pulled one at a time. It starts with the first. */
export interface PullWatch extends AsyncIterableIterator<Ticket, undefined> {
  next(): Promise<IteratorResult<Ticket, undefined>>;
  return(): Promise<IteratorResult<Ticket, undefined>>;
  /** Ends the watch early: the next ticket rejects with the reason. */
  end(reason: unknown): void;
}

/** Converts a watch into one that a test pulls, which resumes it. */
export function toPullWatch(watch: WatchTicket) {
  return (app: CallingApp, proof: TicketCredentials): PullWatch => {
    let started: TicketWatch | undefined;
    let end: { readonly error: unknown } | undefined;
    let ticket: Ticket | undefined;
    let notify = () => {};
    const listener = {
      onTicket(found: Ticket) {
        ticket = found;
        notify();
      },
      onEnd(error: unknown) {
        end ??= { error };
        notify();
      },
    };
    const stop = (error: unknown) => (started ? started.end(error) : listener.onEnd(error));
    return {
      async next() {
        const received = new Promise<void>((resolve) => {
          notify = resolve;
        });
        if (!end && started) started.resume();
        else if (!end) started = watch(app, proof, listener);
        if (!end) await received;
        const value = ticket;
        ticket = undefined;
        if (value) return { done: false, value };
        if (end?.error !== undefined) throw end.error;
        return { done: true, value: undefined };
      },
      async return() {
        stop(undefined);
        return { done: true, value: undefined };
      },
      end: stop,
      [Symbol.asyncIterator]() {
        return this;
      },
    };
  };
}

const returnTicket = async (ticket: Ticket): Promise<Ticket> => ticket;

/** Returns the scan of a phone that sends only the ticket id. */
export const ticketIdOnly = (ticketId: string): Scan => ({
  code: { ticketId, step: undefined, scene: undefined, userPoolId: undefined },
  showsCheckCode: true,
});
