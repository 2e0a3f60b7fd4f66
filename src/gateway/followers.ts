import {
  type AppClient,
  type AppCredentials,
  isTerminal,
  TicketState,
  type TicketStatus,
} from "../client/index.js";
import type { Clock } from "../domain/clock.js";
import { millisecondsOf } from "../domain/durations.js";
import { gatewayStopping } from "./refusal.js";
import { within } from "./within.js";

/** What is needed to follow a ticket. */
export interface FollowedTicket {
  /** The app that created it. */
  readonly credentials: AppCredentials;
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** The newest that is known of a ticket. */
export interface Sighting {
  readonly status: TicketStatus;
  /** What is left, in milliseconds, now. */
  remainingMs(): number;
  /** The status in which the exchange ticket was told, if it was spent a moment ago. */
  readonly justSpent: TicketStatus | undefined;
}

/** Follows tickets, with one watch for all who ask for the same ticket in this process. */
export interface Followers {
  /**
   * The newest status at once and then each new one, until a terminal one; of what a slow reader has missed, the newest.
   * Throws what the service refuses with. While the service is away nothing comes.
   */
  follow(ticket: FollowedTicket, signal: AbortSignal): AsyncGenerator<Sighting, void>;
  /**
   * The newest status, for who polls: waits for the first one as long as `patienceMs`, and for no other. Undefined if
   * there is none by then. Throws what the service refuses with. The watch goes on for a while, for the next poll.
   */
  glance(ticket: FollowedTicket, patienceMs: number): Promise<Sighting | undefined>;
  /** Ends all of them: `follow` ends, without a terminal status. */
  close(): void;
}

/** How long a watch goes on after the last one who asked, in milliseconds. Longer than any pause between two polls. */
const lingerMs = 20_000;

/** How long an exchange ticket that was spent is still told to overlapping polls of the page that had it. */
const justSpentMs = 5_000;

/** One watch, and who waits for it. */
interface Watch {
  /** The secret is part of the key: only who knows it shares the watch. */
  readonly key: string;
  seen: Seen | undefined;
  failure: unknown;
  ended: boolean;
  users: number;
  /** Woken whenever something has changed. */
  readonly waiting: Set<() => void>;
  readonly stop: AbortController;
  stopLingering: () => void;
}

interface Seen {
  readonly status: TicketStatus;
  readonly until: number;
  readonly spent: { readonly status: TicketStatus; readonly at: number } | undefined;
}

/** Past `maxWatches` polls are answered by a call each, and leave nothing behind. */
export function createFollowers(client: AppClient, clock: Clock, maxWatches: number): Followers {
  const watches = new Map<string, Watch>();
  let closed = false;

  function enter(ticket: FollowedTicket): Watch {
    if (closed) throw gatewayStopping();
    const key = keyOf(ticket);
    const known = watches.get(key);
    if (known) {
      known.users++;
      known.stopLingering();
      return known;
    }
    const watch: Watch = {
      key,
      seen: undefined,
      failure: undefined,
      ended: false,
      users: 1,
      waiting: new Set(),
      stop: new AbortController(),
      stopLingering: () => {},
    };
    watches.set(key, watch);
    void run(watch, ticket);
    return watch;
  }

  function leave(watch: Watch): void {
    watch.users--;
    // One that has failed is known no more, and nothing would stop its timer.
    if (watch.users > 0 || closed || watches.get(watch.key) !== watch) return;
    watch.stopLingering = clock.after(lingerMs, () => {
      forget(watch);
      watch.stop.abort();
    });
  }

  /** The next one who asks begins anew. */
  function forget(watch: Watch): void {
    if (watches.get(watch.key) === watch) watches.delete(watch.key);
  }

  async function run(watch: Watch, { credentials, ticketId, ticketSecret }: FollowedTicket): Promise<void> {
    try {
      const options = { signal: watch.stop.signal, heartbeats: true, credentials };
      for await (const status of client.watchStatus({ ticketId, ticketSecret }, options)) {
        watch.seen = seenNow(status, watch.seen, clock.now());
        wake(watch);
      }
    } catch (error) {
      if (!watch.stop.signal.aborted) watch.failure = error;
      forget(watch);
    }
    watch.ended = true;
    wake(watch);
  }

  /** Asks once. */
  async function look(ticket: FollowedTicket, patienceMs: number): Promise<Sighting | undefined> {
    const { credentials, ticketId, ticketSecret } = ticket;
    const asked = client.getStatus({ ticketId, ticketSecret }, { credentials });
    const status = (await within(patienceMs, asked, clock))?.status;
    return status && sightingOf(seenNow(status, undefined, clock.now()), clock);
  }

  return {
    async *follow(ticket, signal) {
      const watch = enter(ticket);
      let told: TicketStatus | undefined;
      try {
        for (;;) {
          if (signal.aborted || closed) return;
          const { seen } = watch;
          if (seen !== undefined && isNews(seen.status, told)) {
            told = seen.status;
            yield sightingOf(seen, clock);
            if (isTerminal(seen.status.state)) return;
            continue;
          }
          if (watch.failure !== undefined) throw watch.failure;
          if (watch.ended) return;
          await changeOf(watch, signal);
        }
      } finally {
        leave(watch);
      }
    },

    async glance(ticket, patienceMs) {
      if (watches.size >= maxWatches && !watches.has(keyOf(ticket))) return look(ticket, patienceMs);
      const watch = enter(ticket);
      try {
        if (watch.seen === undefined && !watch.ended) {
          const patience = new AbortController();
          await within(patienceMs, changeOf(watch, patience.signal), clock);
          patience.abort();
        }
        if (watch.seen === undefined && watch.failure !== undefined) throw watch.failure;
        return watch.seen && sightingOf(watch.seen, clock);
      } finally {
        leave(watch);
      }
    },

    close() {
      closed = true;
      for (const watch of watches.values()) {
        watch.stopLingering();
        watch.stop.abort();
        wake(watch);
      }
      watches.clear();
    },
  };
}

function seenNow(status: TicketStatus, before: Seen | undefined, now: number): Seen {
  const wasAuthorized = before?.status.state === TicketState.AUTHORIZED;
  const spent =
    status.state === TicketState.EXCHANGED && before && wasAuthorized
      ? { status: before.status, at: now }
      : before?.spent;
  return { status, until: now + millisecondsOf(status.remainingDuration), spent };
}

function sightingOf({ status, until, spent }: Seen, clock: Clock): Sighting {
  const isRecent = spent !== undefined && clock.now() - spent.at < justSpentMs;
  return {
    status,
    remainingMs: () => Math.max(0, Math.round(until - clock.now())),
    justSpent: isRecent ? spent.status : undefined,
  };
}

/** A store that lost writes may count the same revision twice, so the state counts too. */
function isNews(status: TicketStatus, told: TicketStatus | undefined): boolean {
  return status.revision !== told?.revision || status.state !== told.state;
}

function keyOf({ credentials, ticketId, ticketSecret }: FollowedTicket): string {
  return JSON.stringify([credentials.appId, ticketId, ticketSecret]);
}

function wake(watch: Watch): void {
  const waiting = [...watch.waiting];
  watch.waiting.clear();
  for (const go of waiting) go();
}

/** Fulfilled when something has changed, or the signal is aborted. */
function changeOf(watch: Watch, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const go = () => {
      signal.removeEventListener("abort", go);
      watch.waiting.delete(go);
      resolve();
    };
    watch.waiting.add(go);
    signal.addEventListener("abort", go, { once: true });
    if (signal.aborted) go();
  });
}
