import { expect } from "vitest";
import type { LimitName } from "../../../src/domain/limits.js";
import { defaultPolicy, type LimitsPolicy, type Policy } from "../../../src/domain/policy.js";
import { exchangeTicketOf } from "../../../src/domain/secrets.js";
import type { RequesterContext, Ticket } from "../../../src/domain/ticket.js";
import { TicketError } from "../../../src/domain/ticket_error.js";
import type { Approver } from "../../../src/domain/user.js";
import { limitTickets, limitWatch } from "../../../src/service/limits/limited_tickets.js";
import type { RateSharing } from "../../../src/service/limits/rate_sharing.js";
import { createTicketLimits } from "../../../src/service/limits/ticket_limits.js";
import { createSignInCheck } from "../../../src/service/sign_in_administration.js";
import {
  type CallingApp,
  createTicketService,
  type TicketCredentials,
} from "../../../src/service/tickets.js";
import { createWatcher } from "../../../src/service/watch.js";
import { createMemoryStore } from "../../../src/store/memory/memory_store.js";
import { createMemorySignInSwitch } from "../../../src/store/memory/sign_in_switch.js";
import { createManualClock, type ManualClock } from "../../support/clock.js";
import { alice, lifetimes, requester, shop } from "../../support/tickets.js";
import { createParameters, ticketIdOnly, toPullWatch, ttlPolicy } from "../service_fixture.js";

/** A ticket with the credentials of its creator. */
export interface HeldTicket {
  readonly ticketId: string;
  readonly proof: TicketCredentials;
  readonly exchangeTicket: string;
}

export interface LimitedServiceOptions {
  /** Limits that differ from the defaults. */
  readonly limits?: Partial<LimitsPolicy>;
  readonly checkCode?: Policy["checkCode"]["mode"];
  readonly minPollInterval?: number;
  readonly clock?: ManualClock;
  /** Clock of the tickets, if it differs from that of the rates. */
  readonly ticketClock?: ManualClock;
  readonly sharing?: RateSharing;
}

/** Creates the use cases with limits, on a store in memory and a clock that the test moves. */
export function createLimitedService(options: LimitedServiceOptions = {}) {
  const { clock = createManualClock(), minPollInterval = 500, sharing } = options;
  const policy: Policy = {
    ...defaultPolicy,
    checkCode: { mode: options.checkCode ?? "off", digits: 6 },
    limits: { ...defaultPolicy.limits, ...options.limits },
  };
  const ticketClock = options.ticketClock ?? clock;
  const store = createMemoryStore({
    clock: ticketClock,
    lifetimes,
    maxTickets: 100_000,
    maxTicketsPerApp: 100_000,
  });
  const context = { store, clock: ticketClock, lifetimes };
  const limits = createTicketLimits({
    policies: { ofApp: () => policy, ofUserPool: () => policy },
    read: (id) => store.get(id),
    ...{ clock: ticketClock, rateClock: clock, minPollInterval, sharing },
  });
  const tickets = limitTickets(
    createTicketService(context, ttlPolicy, () => policy, createSignInCheck(createMemorySignInSwitch())),
    limits,
  );
  const watchTicket = createWatcher(context, { heartbeatInterval: 15_000, maxPerTicket: 4 });

  async function create(from: Partial<RequesterContext> = {}, app: CallingApp = shop, screenId = "") {
    const parameters = {
      ...{ ...createParameters, asksForCheckCode: true, screenId },
      requester: { ...requester, ...from },
    };
    const prepared = tickets.prepare(app, parameters);
    await tickets.create(prepared);
    const { ticket, ticketSecret } = prepared;
    const proof = { ticketId: ticket.id, ticketSecret };
    return { ticketId: ticket.id, proof, exchangeTicket: exchangeTicketOf(ticket.id, ticketSecret) };
  }

  const scan = (ticketId: string, by: Approver = alice) => tickets.markScanned(by, ticketIdOnly(ticketId));
  const authorize = (ticketId: string, by: Approver = alice) =>
    tickets.authorize(by, ticketId, async () => by.profile);

  return {
    ...{ clock, store, tickets, create, scan, authorize },
    watch: toPullWatch(limitWatch(watchTicket, limits)),
    exchange: ({ exchangeTicket }: HeldTicket, app: CallingApp = shop) =>
      tickets.exchange(app, exchangeTicket, "", async (ticket: Ticket) => ticket),
  };
}

export type LimitedService = ReturnType<typeof createLimitedService>;

/** Returns another user of the pool of alice. */
export const userNamed = (name: string): Approver => ({ ...alice, subject: name });

/** Expects that a call exceeds the limit. Resolves with the time until the next one, in milliseconds. */
export async function expectLimit(call: Promise<unknown>, name: LimitName): Promise<number> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(TicketError);
  const { reason, exceededLimit, retryAfterMs } = error as TicketError;
  expect([reason, exceededLimit]).toEqual(["RATE_LIMITED", name]);
  expect(retryAfterMs).toBeGreaterThan(0);
  return retryAfterMs ?? 0;
}

/** Makes `count` calls one after the other. Throws if one fails. */
export async function repeat(count: number, call: (index: number) => Promise<unknown>): Promise<void> {
  for (let index = 0; index < count; index++) await call(index);
}
