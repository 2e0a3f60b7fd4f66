import { LRUCache } from "lru-cache";
import type { Clock } from "../../base/clock.js";
import type { LimitName } from "../../domain/limits.js";
import type { LimitsPolicy } from "../../domain/policy.js";
import type { Ticket } from "../../domain/ticket.js";
import { createLimitError } from "../../domain/ticket_error.js";

/** The live tickets of each key, such as a screen, in this process. */
export interface LiveTickets {
  /**
   * Runs `work`, which makes the ticket one of the key's tickets, and resolves with its result. A ticket of the key
   * that counts already takes no further place.
   *
   * @throws TicketError RATE_LIMITED when the key has as many other tickets as it may have.
   */
  add(key: string, limits: LimitsPolicy, ticketId: string, work: () => Promise<Ticket>): Promise<Ticket>;
  /** Frees the place of a ticket that no longer counts. Does nothing if it has none in this process. */
  remove(key: string, ticketId: string): void;
}

export interface LiveTicketsOptions {
  readonly name: LimitName;
  /** Setting of the policy with the number of tickets. */
  readonly setting: keyof LimitsPolicy;
  /** The tickets, for people. */
  readonly tickets: string;
  readonly clock: Clock;
  /** Reads a ticket; undefined if it is gone. */
  read(ticketId: string): Promise<Ticket | undefined>;
  /** Reports whether a ticket counts in its state. */
  counts(ticket: Ticket): boolean;
}

/** Keys with tickets. With more, the key that was first seen longest ago is forgotten. */
const maxKeys = 50_000;
/** Delay before another attempt if nothing tells when a ticket ends, in milliseconds. */
const defaultRetryDelay = 1_000;

/**
 * Creates an empty set of tickets. A place is free once the ticket's time has run out. A ticket that has ended earlier
 * may be reported by nobody, for example because it ended on another node. Therefore the tickets of a full key are read
 * before a new one is rejected.
 */
export function createLiveTickets(options: LiveTicketsOptions): LiveTickets {
  const { name, setting, clock } = options;
  /** Moments at which the tickets of a key expire, by ticket id. */
  let expiriesByKey: LRUCache<string, Map<string, number>> | undefined;

  function expiriesOf(key: string): Map<string, number> {
    // Created with the first ticket: the cache allocates for all its keys at once.
    expiriesByKey ??= new LRUCache({ max: maxKeys });
    let expiries = expiriesByKey.peek(key);
    if (!expiries) {
      expiries = new Map();
      expiriesByKey.set(key, expiries);
    }
    return expiries;
  }

  /** Drops the oldest tickets, up to one that has not expired. */
  function dropExpired(expiries: Map<string, number>): void {
    const now = clock.now();
    for (const [id, expiresAt] of expiries) {
      if (expiresAt > now) return;
      expiries.delete(id);
    }
  }

  async function dropEnded(expiries: Map<string, number>): Promise<void> {
    const isOver = async (id: string) => {
      const ticket = await options.read(id);
      if (!ticket || !options.counts(ticket) || ticket.expiresAt <= clock.now()) expiries.delete(id);
    };
    // A ticket whose work still runs may not be in the store yet.
    const settled = [...expiries].filter(([, expiresAt]) => expiresAt < Number.POSITIVE_INFINITY);
    await Promise.all(settled.map(([id]) => isOver(id)));
  }

  function createError(expiries: Map<string, number>, max: number): Error {
    const description = `too many ${options.tickets}: policy.limits.${setting} is ${max}`;
    const wait = Math.min(...expiries.values()) - clock.now();
    return createLimitError(name, description, Number.isFinite(wait) ? Math.max(1, wait) : defaultRetryDelay);
  }

  return {
    async add(key, limits, ticketId, work) {
      const max = limits[setting];
      const expiries = expiriesOf(key);
      dropExpired(expiries);
      const hadPlace = expiries.has(ticketId);
      if (!hadPlace && expiries.size >= max) {
        await dropEnded(expiries);
        if (expiries.size >= max) throw createError(expiries, max);
      }
      if (!hadPlace) expiries.set(ticketId, Number.POSITIVE_INFINITY);
      try {
        const ticket = await work();
        if (options.counts(ticket)) expiries.set(ticketId, ticket.expiresAt);
        else expiries.delete(ticketId);
        return ticket;
      } catch (error) {
        if (!hadPlace) expiries.delete(ticketId);
        throw error;
      }
    },

    remove: (key, ticketId) => void expiriesByKey?.peek(key)?.delete(ticketId),
  };
}
