import { setImmediate as nextTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.js";
import { StoreUnavailableError } from "../ticket_store.js";
import type { Subscriptions } from "./connection/subscriptions.js";
import type { RedisKeys } from "./keys.js";
import type { Primaries } from "./topology/primaries.js";

/** Number of tickets handled per turn of the event loop. */
const batchSize = 100;
/** Number of steps in which all watched tickets are read again. */
const refreshRounds = 10;

export interface ChangeNotifierOptions {
  readonly primaries: Primaries;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  /** Interval after which a watched ticket is read again without a notification, in milliseconds; 0 for never. */
  readonly refreshInterval: number;
}

/** Change notifications: they report to watchers that their ticket may have been written. */
export interface ChangeNotifier {
  /** Subscribes to the changes of a ticket; see {@link TicketStore.subscribe}. */
  subscribe(id: string, onChange: (traceparent?: string) => void): Promise<() => void>;
  /**
   * Subscribes again where necessary and has those tickets read. Call it when a primary has connected or
   * disconnected.
   */
  resubscribe(): void;
  close(): void;
}

interface WatchedTicket {
  readonly id: string;
  readonly callbacks: Set<(traceparent?: string) => void>;
  /** Subscriptions of the ticket's primary; undefined while that is unreachable. */
  subscriptions: Subscriptions | undefined;
  /** Resolves when messages arrive. */
  ready: Promise<void>;
  /** Moment of the last notification, in milliseconds. */
  notifiedAt: number;
}

/**
 * Creates a notifier. It subscribes to a channel for the first watcher of its ticket on this node and
 * unsubscribes with the last.
 *
 * Change notifications only trigger a read. Their content is for traces: the context of the write. A lost one
 * only delays the update, because a ticket is read again after every reconnection and every `refreshInterval`.
 */
export function createChangeNotifier({
  primaries,
  keys,
  clock,
  refreshInterval,
}: ChangeNotifierOptions): ChangeNotifier {
  const watched = new Map<string, WatchedTicket>();
  /** Connections whose messages are handled already. */
  const attached = new WeakSet<Subscriptions>();
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  function notify(ticket: WatchedTicket, traceparent?: string): void {
    ticket.notifiedAt = clock.now();
    for (const onChange of ticket.callbacks) onChange(traceparent);
  }

  function attach(subscriptions: Subscriptions): void {
    if (attached.has(subscriptions)) return;
    attached.add(subscriptions);
    subscriptions.onMessage((channel, content) => {
      const ticket = watched.get(keys.ticketIdOf(channel));
      if (ticket) notify(ticket, content === "" ? undefined : content);
    });
    // A moved slot takes its channels along, so they are subscribed to again at its new primary.
    subscriptions.onMoved(() => void primaries.refresh().then(resubscribe, () => {}));
  }

  function subscribeAt(ticket: WatchedTicket): Promise<void> {
    try {
      const subscriptions = primaries.primaryOf(ticket.id).subscriptions();
      attach(subscriptions);
      ticket.subscriptions = subscriptions;
      ticket.ready = subscriptions.subscribe(keys.channel(ticket.id));
    } catch (error) {
      ticket.subscriptions = undefined;
      ticket.ready = Promise.reject(error);
    }
    const { subscriptions: at, ready } = ticket;
    // Callers await it; if nobody does, `resubscribe` tries again.
    ready.catch(() => {
      if (ticket.subscriptions === at) ticket.subscriptions = undefined;
    });
    return ready;
  }

  function removeCallback(ticket: WatchedTicket, onChange: () => void): void {
    if (!ticket.callbacks.delete(onChange) || ticket.callbacks.size > 0 || watched.get(ticket.id) !== ticket)
      return;
    watched.delete(ticket.id);
    // It fails when the connection breaks, which ends the subscription as well.
    ticket.subscriptions?.unsubscribe(keys.channel(ticket.id)).catch(() => {});
  }

  async function inBatches(
    tickets: readonly WatchedTicket[],
    work: (ticket: WatchedTicket) => void,
  ): Promise<void> {
    for (const [index, ticket] of tickets.entries()) {
      if (index % batchSize === batchSize - 1) await nextTurn();
      if (isClosed) return;
      if (watched.get(ticket.id) === ticket) work(ticket);
    }
  }

  function resubscribe(): void {
    void inBatches([...watched.values()], (ticket) => {
      const isCurrent =
        ticket.subscriptions !== undefined && ticket.subscriptions === subscriptionsOf(ticket.id);
      if (isCurrent) return;
      // Subscribe before reading, so that no write in between is missed.
      subscribeAt(ticket).then(
        () => notify(ticket),
        () => {},
      );
    });
  }

  function subscriptionsOf(id: string): Subscriptions | undefined {
    try {
      return primaries.primaryOf(id).subscriptions();
    } catch (error) {
      if (error instanceof StoreUnavailableError) return undefined;
      throw error;
    }
  }

  function notifyStale(): void {
    const before = clock.now() - refreshInterval;
    const due = [...watched.values()].filter(({ notifiedAt }) => notifiedAt <= before);
    void inBatches(due, (ticket) => notify(ticket));
    cancelTimer = clock.after(refreshInterval / refreshRounds, notifyStale);
  }

  if (refreshInterval > 0) cancelTimer = clock.after(refreshInterval / refreshRounds, notifyStale);

  return {
    async subscribe(id, onChange) {
      const callback = (traceparent?: string) => onChange(traceparent);
      let ticket = watched.get(id);
      if (!ticket) {
        ticket = {
          id,
          callbacks: new Set(),
          subscriptions: undefined,
          ready: Promise.resolve(),
          notifiedAt: clock.now(),
        };
        watched.set(id, ticket);
        void subscribeAt(ticket).catch(() => {});
      }
      ticket.callbacks.add(callback);
      const joinedTicket = ticket;
      try {
        await joinedTicket.ready;
      } catch (error) {
        removeCallback(joinedTicket, callback);
        throw error instanceof StoreUnavailableError
          ? error
          : new StoreUnavailableError("Redis did not accept the subscription", "not written", {
              cause: error,
            });
      }
      return () => removeCallback(joinedTicket, callback);
    },
    resubscribe,
    close() {
      isClosed = true;
      cancelTimer?.();
      watched.clear();
    },
  };
}
