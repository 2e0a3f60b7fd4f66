import type { Clock } from "../../base/clock.js";
import { TicketError } from "../../domain/ticket_error.js";

export interface TicketLimits {
  /** Tickets in all that this node has created. */
  readonly maxTickets: number;
  /** Tickets of one app that this node has created. */
  readonly maxTicketsPerApp: number;
}

/** Counts the tickets that this node has created, until they would be forgotten if nobody scanned them. */
export interface Quota {
  /**
   * Counts a ticket until `until`, in milliseconds since the Unix epoch. The answer takes it back.
   *
   * @throws TicketError TOO_MANY_TICKETS
   */
  reserve(appId: string, until: number): () => void;
}

/**
 * Holds a count for each second and app, and nothing for each ticket: another node may finish a ticket, and then this one would not
 * hear of it.
 */
export function createQuota(clock: Clock, { maxTickets, maxTicketsPerApp }: TicketLimits): Quota {
  /** By the second in which they end; the numbers of tickets by app. */
  const countsByEndSecond = new Map<number, Map<string, number>>();
  const countsByApp = new Map<string, number>();
  let total = 0;

  function add(counts: Map<string, number>, appId: string, change: number): void {
    const count = (counts.get(appId) ?? 0) + change;
    if (count === 0) counts.delete(appId);
    else counts.set(appId, count);
  }

  function dropEnded(): void {
    const now = Math.floor(clock.now() / 1_000);
    for (const [second, counts] of countsByEndSecond) {
      if (second > now) continue;
      countsByEndSecond.delete(second);
      for (const [appId, count] of counts) {
        add(countsByApp, appId, -count);
        total -= count;
      }
    }
  }

  let sweptAt = 0;
  return {
    reserve(appId, until) {
      const second = Math.floor(clock.now() / 1_000);
      if (second !== sweptAt) dropEnded();
      sweptAt = second;
      if (total >= maxTickets) {
        throw new TicketError("TOO_MANY_TICKETS", "this node has made as many tickets as it may have");
      }
      if ((countsByApp.get(appId) ?? 0) >= maxTicketsPerApp) {
        throw new TicketError("TOO_MANY_TICKETS", "the app has as many tickets on this node as it may have");
      }
      const endSecond = Math.ceil(until / 1_000);
      const counts = countsByEndSecond.get(endSecond) ?? new Map<string, number>();
      countsByEndSecond.set(endSecond, counts);
      add(counts, appId, 1);
      add(countsByApp, appId, 1);
      total += 1;
      return () => {
        // Once the second is over, it has been taken back already.
        if (countsByEndSecond.get(endSecond) !== counts) return;
        add(counts, appId, -1);
        add(countsByApp, appId, -1);
        total -= 1;
      };
    },
  };
}
