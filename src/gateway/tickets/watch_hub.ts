import type { Clock } from "../../base/clock.js";
import { type Condition, createCondition } from "../../base/condition.js";
import { millisecondsOf } from "../../base/durations.js";
import { withTimeout } from "../../base/with_timeout.js";
import {
  type AppClient,
  type AppCredentials,
  isTerminal,
  TicketState,
  type TicketStatus,
} from "../../client/index.js";
import { gatewayStopping } from "../http/http_error.js";

/** What is needed to follow a ticket. */
export interface FollowedTicket {
  /** The app that created it. */
  readonly credentials: AppCredentials;
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** The newest that is known of a ticket. */
export interface TicketSnapshot {
  readonly status: TicketStatus;
  /** What is left, in milliseconds, now. */
  remainingMs(): number;
  /** The status in which the exchange ticket was told, if it was spent a moment ago. */
  readonly recentlyExchanged: TicketStatus | undefined;
}

/** Follows tickets, with one watch for all who ask for the same ticket in this process. */
export interface WatchHub {
  /**
   * The newest status at once and then each new one, until a terminal one; of what a slow reader has missed, the newest.
   * Throws what the service refuses with. While the service is away nothing comes.
   */
  watch(ticket: FollowedTicket, signal: AbortSignal): AsyncGenerator<TicketSnapshot, void>;
  /**
   * The newest status, for who polls: waits for the first one as long as `patienceMs`, and for no other. Undefined if
   * there is none by then. Throws what the service refuses with. The watch goes on for a while, for the next poll.
   */
  latest(ticket: FollowedTicket, patienceMs: number): Promise<TicketSnapshot | undefined>;
  /** Ends all of them: `follow` ends, without a terminal status. */
  close(): void;
}

/** How long a watch goes on after the last one who asked, in milliseconds. Longer than any pause between two polls. */
const idleTimeoutMs = 20_000;

/** How long an exchange ticket that was spent is still told to overlapping polls of the page that had it. */
const recentlyExchangedMs = 5_000;

/** One watch, and who waits for it. */
interface SharedWatch {
  /** The secret is part of the key: only who knows it shares the watch. */
  readonly key: string;
  cached: CachedStatus | undefined;
  failure: unknown;
  ended: boolean;
  callers: number;
  /** Notified whenever something has changed. */
  readonly changed: Condition;
  readonly stop: AbortController;
  cancelIdleTimer: () => void;
}

interface CachedStatus {
  readonly status: TicketStatus;
  readonly expiresAt: number;
  readonly exchanged: { readonly status: TicketStatus; readonly at: number } | undefined;
}

/** Past `maxWatches` polls are answered by a call each, and leave nothing behind. */
export function createWatchHub(client: AppClient, clock: Clock, maxWatches: number): WatchHub {
  const watches = new Map<string, SharedWatch>();
  let closed = false;

  function join(ticket: FollowedTicket): SharedWatch {
    if (closed) throw gatewayStopping();
    const key = watchKeyOf(ticket);
    const existing = watches.get(key);
    if (existing) {
      existing.callers++;
      existing.cancelIdleTimer();
      return existing;
    }
    const watch: SharedWatch = {
      key,
      cached: undefined,
      failure: undefined,
      ended: false,
      callers: 1,
      changed: createCondition(),
      stop: new AbortController(),
      cancelIdleTimer: () => {},
    };
    watches.set(key, watch);
    void run(watch, ticket);
    return watch;
  }

  function leave(watch: SharedWatch): void {
    watch.callers--;
    // One that has failed is known no more, and nothing would stop its timer.
    if (watch.callers > 0 || closed || watches.get(watch.key) !== watch) return;
    watch.cancelIdleTimer = clock.after(idleTimeoutMs, () => {
      forget(watch);
      watch.stop.abort();
    });
  }

  /** The next one who asks begins anew. */
  function forget(watch: SharedWatch): void {
    if (watches.get(watch.key) === watch) watches.delete(watch.key);
  }

  async function run(
    watch: SharedWatch,
    { credentials, ticketId, ticketSecret }: FollowedTicket,
  ): Promise<void> {
    try {
      const options = { signal: watch.stop.signal, heartbeats: true, credentials };
      for await (const status of client.watchStatus({ ticketId, ticketSecret }, options)) {
        watch.cached = toCachedStatus(status, watch.cached, clock.now());
        watch.changed.notifyAll();
      }
    } catch (error) {
      if (!watch.stop.signal.aborted) watch.failure = error;
      forget(watch);
    }
    watch.ended = true;
    watch.changed.notifyAll();
  }

  /** Asks once. */
  async function fetchStatus(ticket: FollowedTicket, timeoutMs: number): Promise<TicketSnapshot | undefined> {
    const { credentials, ticketId, ticketSecret } = ticket;
    const response = client.getStatus({ ticketId, ticketSecret }, { credentials });
    const status = (await withTimeout(response, timeoutMs, clock))?.status;
    return status && toSnapshot(toCachedStatus(status, undefined, clock.now()), clock);
  }

  return {
    async *watch(ticket, signal) {
      const watch = join(ticket);
      let lastYielded: TicketStatus | undefined;
      try {
        for (;;) {
          if (signal.aborted || closed) return;
          const { cached } = watch;
          if (cached !== undefined && isNewer(cached.status, lastYielded)) {
            lastYielded = cached.status;
            yield toSnapshot(cached, clock);
            if (isTerminal(cached.status.state)) return;
            continue;
          }
          if (watch.failure !== undefined) throw watch.failure;
          if (watch.ended) return;
          await watch.changed.wait(signal);
        }
      } finally {
        leave(watch);
      }
    },

    async latest(ticket, timeoutMs) {
      if (watches.size >= maxWatches && !watches.has(watchKeyOf(ticket)))
        return fetchStatus(ticket, timeoutMs);
      const watch = join(ticket);
      try {
        if (watch.cached === undefined && !watch.ended) {
          const timeout = new AbortController();
          await withTimeout(watch.changed.wait(timeout.signal), timeoutMs, clock);
          timeout.abort();
        }
        if (watch.cached === undefined && watch.failure !== undefined) throw watch.failure;
        return watch.cached && toSnapshot(watch.cached, clock);
      } finally {
        leave(watch);
      }
    },

    close() {
      closed = true;
      for (const watch of watches.values()) {
        watch.cancelIdleTimer();
        watch.stop.abort();
        watch.changed.notifyAll();
      }
      watches.clear();
    },
  };
}

function toCachedStatus(status: TicketStatus, before: CachedStatus | undefined, now: number): CachedStatus {
  const wasAuthorized = before?.status.state === TicketState.AUTHORIZED;
  const exchanged =
    status.state === TicketState.EXCHANGED && before && wasAuthorized
      ? { status: before.status, at: now }
      : before?.exchanged;
  return { status, expiresAt: now + millisecondsOf(status.remainingDuration), exchanged };
}

function toSnapshot({ status, expiresAt, exchanged }: CachedStatus, clock: Clock): TicketSnapshot {
  const isRecent = exchanged !== undefined && clock.now() - exchanged.at < recentlyExchangedMs;
  return {
    status,
    remainingMs: () => Math.max(0, Math.round(expiresAt - clock.now())),
    recentlyExchanged: isRecent ? exchanged.status : undefined,
  };
}

/** A store that lost writes may count the same revision twice, so the state counts too. */
function isNewer(status: TicketStatus, previous: TicketStatus | undefined): boolean {
  return status.revision !== previous?.revision || status.state !== previous.state;
}

function watchKeyOf({ credentials, ticketId, ticketSecret }: FollowedTicket): string {
  return JSON.stringify([credentials.appId, ticketId, ticketSecret]);
}
