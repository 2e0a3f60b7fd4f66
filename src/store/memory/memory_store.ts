import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.js";
import { expireIfDue } from "../../domain/decide.js";
import { newWriteId } from "../../domain/secrets.js";
import type { Lifetimes, Ticket } from "../../domain/ticket.js";
import { deadlineOf } from "../../domain/ticket.js";
import { TicketError } from "../../domain/ticket_error.js";
import { createSerialRunner, type TicketSearch } from "../ticket_search.js";
import type { TicketStore } from "../ticket_store.js";
import { StoreUnavailableError } from "../ticket_store.js";
import { createExpiryQueue } from "./expiry_queue.js";
import { freezeTicket } from "./frozen_ticket.js";

export interface MemoryStoreOptions {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  /** Maximum number of tickets, including the finished ones that are retained. */
  readonly maxTickets: number;
  /** Maximum number of tickets of one app, including the finished ones that are retained. */
  readonly maxTicketsPerApp: number;
  /** Called when a ticket that nobody has read expires. */
  readonly onExpire?: ((expired: Ticket, previous: Ticket) => void) | undefined;
}

/** A store in memory, with its counters. */
export interface MemoryStore extends TicketStore, TicketSearch {
  /** Number of tickets, including the finished ones that are retained. */
  readonly size: number;
  /** Number of ticket ids with at least one subscription. */
  readonly subscribedIds: number;
}

/** Number of ids that a search looks at in one turn of the event loop: about half a millisecond. */
const idsPerTurn = 250;

/**
 * Creates a store in the memory of this process. Its tickets are lost when the process ends.
 *
 * It expires and deletes tickets in slices, so that a hundred thousand that fall due at once do not delay a call. Of
 * a deleted ticket, only its id may stay in the expiry queue for a while.
 */
export function createMemoryStore(options: MemoryStoreOptions): MemoryStore {
  const { clock, lifetimes } = options;
  const tickets = new Map<string, Ticket>();
  const countByApp = new Map<string, number>();
  const subscribers = new Map<string, Set<(traceparent?: string) => void>>();
  const expiryQueue = createExpiryQueue(clock, onDue);
  const runSerially = createSerialRunner();
  let isClosed = false;

  function assertOpen(): void {
    if (isClosed) throw new StoreUnavailableError("the store is closed");
  }

  function adjustCount(appId: string, change: 1 | -1): void {
    const count = (countByApp.get(appId) ?? 0) + change;
    if (count === 0) countByApp.delete(appId);
    else countByApp.set(appId, count);
  }

  function write(ticket: Ticket, traceparent?: string): void {
    tickets.set(ticket.id, ticket);
    expiryQueue.add(ticket.id, deadlineOf(ticket));
    for (const onChange of subscribers.get(ticket.id) ?? []) onChange(traceparent);
  }

  function onDue(id: string): void {
    const ticket = tickets.get(id);
    // A ticket that was written since has a later entry in the queue.
    if (!ticket || deadlineOf(ticket) > clock.now()) return;
    const expired = expireIfDue(ticket, { now: clock.now(), writeId: newWriteId(), lifetimes });
    if (expired) {
      write(expired);
      options.onExpire?.(expired, ticket);
    } else {
      tickets.delete(id);
      adjustCount(ticket.appId, -1);
    }
  }

  return {
    async create(ticket, traceparent) {
      assertOpen();
      if (tickets.has(ticket.id)) throw new Error("a ticket with this id exists");
      if (tickets.size >= options.maxTickets) {
        throw new TicketError("TOO_MANY_TICKETS", "the service has reached its ticket limit");
      }
      if ((countByApp.get(ticket.appId) ?? 0) >= options.maxTicketsPerApp) {
        throw new TicketError("TOO_MANY_TICKETS", "the app has reached its ticket limit");
      }
      adjustCount(ticket.appId, 1);
      write(freezeTicket(ticket), traceparent);
    },

    async get(id) {
      assertOpen();
      const ticket = tickets.get(id);
      // The expiry queue may run late, but a ticket past its purge time must not be returned.
      return ticket?.purgeAt !== undefined && ticket.purgeAt <= clock.now() ? undefined : ticket;
    },

    async replace(ticket, expectedWriteId, traceparent) {
      assertOpen();
      if (tickets.get(ticket.id)?.writeId !== expectedWriteId) return false;
      write(freezeTicket(ticket), traceparent);
      return true;
    },

    async subscribe(id, onChange) {
      assertOpen();
      // Wraps the callback, so that the same one may subscribe twice.
      const notify = (traceparent?: string) => onChange(traceparent);
      const subscribed = subscribers.get(id) ?? new Set();
      subscribers.set(id, subscribed.add(notify));
      return () => {
        subscribed.delete(notify);
        if (subscribed.size === 0 && subscribers.get(id) === subscribed) subscribers.delete(id);
      };
    },

    find: (matches, signal) =>
      runSerially(async () => {
        let count = 0;
        for (const id of tickets.keys()) {
          if (matches(id)) return { id, isComplete: true };
          if (++count % idsPerTurn > 0) continue;
          await nextTurn();
          signal.throwIfAborted();
        }
        assertOpen();
        return { id: undefined, isComplete: true };
      }),

    async close() {
      isClosed = true;
      expiryQueue.close();
      tickets.clear();
      countByApp.clear();
      subscribers.clear();
    },

    get size() {
      return tickets.size;
    },

    get subscribedIds() {
      return subscribers.size;
    },
  };
}
