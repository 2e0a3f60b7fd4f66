import type { Clock } from "../../base/clock.js";
import { TicketError } from "../../domain/ticket_error.js";

export interface TicketLimits {
  /** Maximum number of tickets that this node has created. */
  readonly maxTickets: number;
  /** Maximum number of tickets of one app that this node has created. */
  readonly maxTicketsPerApp: number;
}

/** Count of the tickets that this node has created. Each counts until its deletion as if nobody scanned it. */
export interface Quota {
  /**
   * Counts a ticket until `until`, in milliseconds since the Unix epoch. Returns a function that takes it back.
   *
   * @throws TicketError TOO_MANY_TICKETS
   */
  reserve(appId: string, until: number): () => void;
}

/**
 * Creates a quota. It holds a count for each second and app rather than for each ticket, because another node
 * may finish a ticket without this node's knowledge.
 */
export function createQuota(clock: Clock, { maxTickets, maxTicketsPerApp }: TicketLimits): Quota {
  /** Number of tickets by app, by the second in which they end. */
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
        throw new TicketError("TOO_MANY_TICKETS", "this node has reached its ticket limit");
      }
      if ((countsByApp.get(appId) ?? 0) >= maxTicketsPerApp) {
        throw new TicketError("TOO_MANY_TICKETS", "the app has reached its ticket limit on this node");
      }
      const endSecond = Math.ceil(until / 1_000);
      const counts = countsByEndSecond.get(endSecond) ?? new Map<string, number>();
      countsByEndSecond.set(endSecond, counts);
      add(counts, appId, 1);
      add(countsByApp, appId, 1);
      total += 1;
      return () => {
        // Once the second is over, the ticket is no longer counted.
        if (countsByEndSecond.get(endSecond) !== counts) return;
        add(counts, appId, -1);
        add(countsByApp, appId, -1);
        total -= 1;
      };
    },
  };
}
