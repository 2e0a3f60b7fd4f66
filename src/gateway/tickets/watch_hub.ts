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
import { silentTicketObserver, type TicketObserver } from "./ticket_observer.js";

/** The identity of a ticket, and the credentials to watch it. */
export interface TicketReference {
  /** The app that created it. */
  readonly credentials: AppCredentials;
  readonly ticketId: string;
  readonly ticketSecret: string;
}

/** The latest known status of a ticket. */
export interface TicketSnapshot {
  readonly status: TicketStatus;
  /** Returns the remaining lifetime in milliseconds, as of now. */
  remainingMs(): number;
  /** Returns the time left until the next step of the code in milliseconds, as of now; null if there is none. */
  stepRemainingMs(): number | null;
  /** The last status before the exchange, if the ticket was exchanged within the last five seconds. */
  readonly recentlyExchanged: TicketStatus | undefined;
}

/**
 * Watches tickets. All callers in this process that ask for the same ticket share one watch. The service knows it by
 * the id of the request that started it.
 */
export interface WatchHub {
  /**
   * Yields the latest status at once and then each change. A slow reader skips to the latest status. Yields
   * nothing while the service is unreachable. Ends after a terminal status, when `signal` aborts, or when the
   * hub is closed.
   *
   * @throws QrLoginError with the service's reason.
   * @throws HttpError GATEWAY_STOPPING if the hub is closed.
   */
  watch(
    ticket: TicketReference,
    signal: AbortSignal,
    requestId?: string,
  ): AsyncGenerator<TicketSnapshot, void>;
  /**
   * Resolves with the latest status, for a poll. Never waits for a change. Waits at most `timeoutMs` for the
   * first status, and resolves with undefined if there is none by then. The watch continues for 20 seconds, for
   * the next poll.
   *
   * @throws QrLoginError with the service's reason.
   * @throws HttpError GATEWAY_STOPPING if the hub is closed.
   */
  latest(ticket: TicketReference, timeoutMs: number, requestId?: string): Promise<TicketSnapshot | undefined>;
  /** Ends all watches. Generators end without a terminal status. */
  close(): void;
}

/** Time that a watch continues without callers, in milliseconds. Longer than the usual pause between polls. */
const idleTimeoutMs = 20_000;

/** Time after an exchange in which overlapping polls still receive the exchange ticket, in milliseconds. */
const recentlyExchangedMs = 5_000;

/** One watch and its callers. */
interface SharedWatch {
  /** Contains the ticket secret, so that only callers who hold it share the watch. */
  readonly key: string;
  cached: CachedStatus | undefined;
  failure: unknown;
  ended: boolean;
  callers: number;
  /** Notified when `cached`, `failure` or `ended` changes. */
  readonly changed: Condition;
  readonly stop: AbortController;
  cancelIdleTimer: () => void;
}

interface CachedStatus {
  readonly status: TicketStatus;
  readonly expiresAt: number;
  /** Time of the next step of the code; undefined if there is none. */
  readonly nextStepAt: number | undefined;
  readonly exchanged: { readonly status: TicketStatus; readonly at: number } | undefined;
}

/**
 * Creates a watch hub. At `maxWatches`, a poll of another ticket calls the service once and starts no watch.
 */
export function createWatchHub(
  client: AppClient,
  clock: Clock,
  maxWatches: number,
  observer: TicketObserver = silentTicketObserver,
): WatchHub {
  const watches = new Map<string, SharedWatch>();
  let closed = false;

  function join(ticket: TicketReference, requestId: string | undefined): SharedWatch {
    if (closed) throw gatewayStopping();
    const key = watchKeyOf(ticket);
    const existing = watches.get(key);
    observer.statusRequested(existing ? "shared" : "started");
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
    void run(watch, ticket, requestId);
    return watch;
  }

  function leave(watch: SharedWatch): void {
    watch.callers--;
    // A failed watch has left the map, so nothing would cancel its timer.
    if (watch.callers > 0 || closed || watches.get(watch.key) !== watch) return;
    watch.cancelIdleTimer = clock.after(idleTimeoutMs, () => {
      forget(watch);
      watch.stop.abort();
    });
  }

  /** Removes a watch. The next caller starts a new one. */
  function forget(watch: SharedWatch): void {
    if (watches.get(watch.key) === watch) watches.delete(watch.key);
  }

  async function run(
    watch: SharedWatch,
    { credentials, ticketId, ticketSecret }: TicketReference,
    requestId: string | undefined,
  ): Promise<void> {
    try {
      const options = { signal: watch.stop.signal, heartbeats: true, credentials, requestId };
      for await (const status of client.watchStatus({ ticketId, ticketSecret }, options)) {
        watch.cached = toCachedStatus(status, watch.cached, clock.now());
        watch.changed.notifyAll();
      }
    } catch (error) {
      if (!watch.stop.signal.aborted) watch.failure = error;
      forget(watch);
    }
    watch.ended = true;
    observer.watchEnded();
    watch.changed.notifyAll();
  }

  /**
   * Resolves with the status from a single call, or with undefined after `timeoutMs`. Does not cancel the
   * call.
   */
  async function fetchStatus(
    ticket: TicketReference,
    timeoutMs: number,
    requestId: string | undefined,
  ): Promise<TicketSnapshot | undefined> {
    const { credentials, ticketId, ticketSecret } = ticket;
    const response = client.getStatus({ ticketId, ticketSecret }, { credentials, requestId });
    const status = (await withTimeout(response, timeoutMs, clock))?.status;
    return status && toSnapshot(toCachedStatus(status, undefined, clock.now()), clock);
  }

  return {
    async *watch(ticket, signal, requestId) {
      const watch = join(ticket, requestId);
      let lastYielded: TicketStatus | undefined;
      try {
        for (;;) {
          if (signal.aborted || closed) return;
          const { cached } = watch;
          if (cached !== undefined && hasChanged(cached.status, lastYielded)) {
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

    async latest(ticket, timeoutMs, requestId) {
      if (watches.size >= maxWatches && !watches.has(watchKeyOf(ticket))) {
        observer.statusRequested("not_watched");
        return fetchStatus(ticket, timeoutMs, requestId);
      }
      const watch = join(ticket, requestId);
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
  const stepMs = millisecondsOf(status.qrCodeStep?.remainingDuration);
  return {
    status,
    expiresAt: now + millisecondsOf(status.remainingDuration),
    // The last step has no time of its own.
    nextStepAt: stepMs > 0 ? now + stepMs : undefined,
    exchanged,
  };
}

function toSnapshot(
  { status, expiresAt, nextStepAt, exchanged }: CachedStatus,
  clock: Clock,
): TicketSnapshot {
  const msUntil = (time: number) => Math.max(0, Math.round(time - clock.now()));
  const isRecent = exchanged !== undefined && clock.now() - exchanged.at < recentlyExchangedMs;
  return {
    status,
    remainingMs: () => msUntil(expiresAt),
    stepRemainingMs: () => (nextStepAt === undefined ? null : msUntil(nextStepAt)),
    recentlyExchanged: isRecent ? exchanged.status : undefined,
  };
}

/**
 * Returns whether a status differs from the previous one. Compares more than the revision: a store that lost writes
 * can reuse it, and a step of the code does not change it.
 */
function hasChanged(status: TicketStatus, previous: TicketStatus | undefined): boolean {
  return (
    status.revision !== previous?.revision ||
    status.state !== previous.state ||
    status.checkCodeAttemptsLeft !== previous.checkCodeAttemptsLeft ||
    status.qrCodeStep?.number !== previous.qrCodeStep?.number
  );
}

function watchKeyOf({ credentials, ticketId, ticketSecret }: TicketReference): string {
  return JSON.stringify([credentials.appId, ticketId, ticketSecret]);
}
