import { setImmediate as othersTurn } from "node:timers/promises";
import type { Clock } from "../../base/clock.js";
import { StoreUnavailableError } from "../ticket_store.js";
import type { Subscriptions } from "./connection/subscriptions.js";
import type { RedisKeys } from "./keys.js";
import type { Primaries } from "./topology/primaries.js";

/** So many watchers are told before others get a turn. */
const batchSize = 100;
/** In so many parts the re-reading of all watched tickets is spread. */
const refreshRounds = 10;

export interface ChangeNotifierOptions {
  readonly primaries: Primaries;
  readonly keys: RedisKeys;
  readonly clock: Clock;
  /** How often a watched ticket is to be read again although nothing was heard, in milliseconds; 0 for never. */
  readonly refreshInterval: number;
}

/** Tells watchers that their ticket may have been written. */
export interface ChangeNotifier {
  /** As {@link TicketStore.subscribe}. */
  subscribe(id: string, onChange: () => void): Promise<() => void>;
  /** To be called when a primary has come or gone: subscribes there anew, and has every watched ticket read again. */
  resubscribe(): void;
  close(): void;
}

interface WatchedTicket {
  readonly id: string;
  readonly callbacks: Set<() => void>;
  /** Where it is subscribed, or about to be; undefined while its primary is away. */
  subscriptions: Subscriptions | undefined;
  /** Fulfilled when messages arrive. */
  ready: Promise<void>;
  /** When the watchers were told last, in milliseconds since the Unix epoch. */
  notifiedAt: number;
}

/**
 * Subscriptions follow the watchers: a channel is subscribed to for the first watcher of its ticket on this node and given up with the
 * last one. Messages carry nothing, so one that is lost only delays: whatever has been missed is in the ticket, and that is read
 * again after every reconnection, and every so often besides.
 */
export function createChangeNotifier({
  primaries,
  keys,
  clock,
  refreshInterval,
}: ChangeNotifierOptions): ChangeNotifier {
  const watched = new Map<string, WatchedTicket>();
  /** Connections that already tell us what they hear. */
  const attached = new WeakSet<Subscriptions>();
  let cancelTimer: (() => void) | undefined;
  let isClosed = false;

  function notify(ticket: WatchedTicket): void {
    ticket.notifiedAt = clock.now();
    for (const onChange of ticket.callbacks) onChange();
  }

  function attach(subscriptions: Subscriptions): void {
    if (attached.has(subscriptions)) return;
    attached.add(subscriptions);
    subscriptions.onMessage((channel) => {
      const ticket = watched.get(keys.ticketIdOf(channel));
      if (ticket) notify(ticket);
    });
    // A slot that was moved takes its channels along. That the others are found again is told by `resume`.
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
    // Whoever waits for it is told; where nobody does it is tried again by `resume`.
    ready.catch(() => {
      if (ticket.subscriptions === at) ticket.subscriptions = undefined;
    });
    return ready;
  }

  function removeCallback(ticket: WatchedTicket, onChange: () => void): void {
    if (!ticket.callbacks.delete(onChange) || ticket.callbacks.size > 0 || watched.get(ticket.id) !== ticket)
      return;
    watched.delete(ticket.id);
    // It fails with the connection, and then it has ended all the same.
    ticket.subscriptions?.unsubscribe(keys.channel(ticket.id)).catch(() => {});
  }

  async function inBatches(
    tickets: readonly WatchedTicket[],
    work: (ticket: WatchedTicket) => void,
  ): Promise<void> {
    for (const [index, ticket] of tickets.entries()) {
      if (index % batchSize === batchSize - 1) await othersTurn();
      if (isClosed) return;
      if (watched.get(ticket.id) === ticket) work(ticket);
    }
  }

  function resubscribe(): void {
    void inBatches([...watched.values()], (ticket) => {
      const isCurrent =
        ticket.subscriptions !== undefined && ticket.subscriptions === subscriptionsOf(ticket.id);
      if (isCurrent) return;
      // First subscribe, then read.
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
    void inBatches(due, notify);
    cancelTimer = clock.after(refreshInterval / refreshRounds, notifyStale);
  }

  if (refreshInterval > 0) cancelTimer = clock.after(refreshInterval / refreshRounds, notifyStale);

  return {
    async subscribe(id, onChange) {
      const callback = () => onChange();
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
          : new StoreUnavailableError("Redis does not subscribe", "not written", { cause: error });
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
