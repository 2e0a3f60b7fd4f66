import type { Clock } from "../../base/clock.js";
import type { Lifetimes, Ticket } from "../../domain/ticket.js";
import { deadlineOf } from "../../domain/ticket.js";
import type { SharedRates } from "../shared_rates.js";
import type { SignInSwitch } from "../sign_in_switch.js";
import type { TicketSearch } from "../ticket_search.js";
import type { TicketStore } from "../ticket_store.js";
import { StoreUnavailableError } from "../ticket_store.js";
import { createChangeNotifier } from "./change_notifier.js";
import type { RedisCommand, ReplicationOptions } from "./connection/command_executor.js";
import type { ConnectionOptions } from "./connection/connection.js";
import { RedirectError, UnknownScriptError } from "./connection/redis_errors.js";
import { createRedisKeys } from "./keys.js";
import { runPreflight } from "./monitor/preflight.js";
import { createServerClock } from "./monitor/server_clock.js";
import { createServerMonitor } from "./monitor/server_monitor.js";
import { createQuota, type TicketLimits } from "./quota.js";
import { replaceScript, replaceScriptSha } from "./replace_script.js";
import { createSharedRates } from "./shared_rates.js";
import { openSignInSwitch, type RedisSignInSwitch } from "./sign_in_switch.js";
import type { StoreEvents } from "./store_events.js";
import { decodeTicket, encodeTicket } from "./ticket_codec.js";
import { createTicketSearch } from "./ticket_search.js";
import { openPrimaries, type Primaries } from "./topology/primaries.js";
import type { Primary } from "./topology/primary.js";
import type { Topology } from "./topology/topology.js";

export interface RedisStoreOptions extends ReplicationOptions {
  readonly topology: Topology;
  readonly connectionOptions: ConnectionOptions;
  /** Prefix of every key and channel. */
  readonly keyPrefix: string;
  /** Time limit for connecting and for every reply, in milliseconds. */
  readonly timeout: number;
  /** Interval after which a watched ticket is read again without a notification, in milliseconds; 0 for never. */
  readonly refreshInterval: number;
  readonly requireDurable: boolean;
  readonly lifetimes: Lifetimes;
  readonly ticketLimits: TicketLimits;
  /** Clock of this machine. */
  readonly clock: Clock;
  readonly events: StoreEvents;
}

/** A store in Redis, with the clock, the rates and the switch that its nodes share. */
export type RedisStore = TicketStore & {
  readonly clock: Clock;
  readonly rates: SharedRates;
  readonly signInSwitch: SignInSwitch;
  readonly search: TicketSearch;
};

/** Time for which a key outlives its ticket, in milliseconds: more than clocks and pauses can differ. */
const ttlMargin = 60_000;
/** Maximum number of redirects that a command follows in a Cluster. */
const maxRedirects = 5;

/**
 * Opens a store in Redis.
 *
 * @throws Error with one line that names the fault: a server is unreachable, refuses access, is too old or a
 * replica, may evict keys, or denies a key or a channel; or it may lose acknowledged writes although
 * `requireDurable` is set.
 */
export async function openRedisStore(options: RedisStoreOptions): Promise<RedisStore> {
  const { ticketLimits, events, lifetimes, refreshInterval } = options;
  const keys = createRedisKeys(options.keyPrefix);
  const verifyRights = (primary: Primary) => runPreflight(primary, keys, options.timeout);
  const primaries = await openPrimaries({ ...options, keys, verifyRights });
  const clock = createServerClock(options.clock);
  const monitor = createServerMonitor({ ...options, primaries, serverClock: clock });
  let isClosed = false;
  let signInSwitch: RedisSignInSwitch;
  try {
    await monitor.start();
    for (const primary of primaries.all()) await verifyRights(primary);
    signInSwitch = await openSignInSwitch({ key: keys.disabledKey, run, clock: options.clock });
  } catch (error) {
    monitor.stop();
    primaries.close();
    throw error;
  }
  const notifier = createChangeNotifier({ primaries, keys, clock: options.clock, refreshInterval });
  const quota = createQuota(clock, ticketLimits);

  primaries.onChange((change) => {
    if (change.kind === "reconnect failed") return events.onReconnectFailure(change.reason);
    notifier.resubscribe();
    if (change.kind === "moved") return;
    monitor.checkNow();
    // After five seconds without Redis, sign-ins are rejected until the switch has been read.
    if (change.kind === "connected") signInSwitch.readNow();
    const reason = change.kind === "disconnected" ? change.reason : "another primary is unreachable";
    events.onAvailability(primaries.all().length > 0, primaries.hasMissing() ? reason : undefined);
  });

  async function run(command: RedisCommand): Promise<unknown> {
    if (isClosed) throw new StoreUnavailableError("the store is closed");
    return runWithRedirects(primaries, command);
  }

  async function write(ticket: Ticket, expectedWriteId: string, traceparent = ""): Promise<boolean> {
    const { id } = ticket;
    const retainedUntil =
      ticket.purgeAt === undefined ? deadlineOf(ticket) + lifetimes.retention : ticket.purgeAt;
    const ttl = Math.max(retainedUntil - clock.now(), 0) + ttlMargin;
    const keysAndArguments = [
      1,
      keys.ticketKey(id),
      expectedWriteId,
      encodeTicket(ticket),
      ttl,
      keys.channel(id),
      traceparent,
    ];
    const command = { hashTag: id, writes: true };
    try {
      return (await run({ ...command, args: ["EVALSHA", replaceScriptSha, ...keysAndArguments] })) === 1;
    } catch (error) {
      if (!(error instanceof UnknownScriptError)) throw error;
      // The server's script cache has been flushed.
      return (await run({ ...command, args: ["EVAL", replaceScript, ...keysAndArguments] })) === 1;
    }
  }

  return {
    clock,
    rates: createSharedRates(keys, run),
    signInSwitch,
    search: createTicketSearch(primaries, keys),

    async create(ticket, traceparent) {
      const release = quota.reserve(ticket.appId, deadlineOf(ticket) + lifetimes.retention);
      try {
        if (!(await write(ticket, "", traceparent))) throw new Error("a ticket with this id exists");
      } catch (error) {
        release();
        throw error;
      }
    },

    async get(id) {
      const value = await run({ args: ["GET", keys.ticketKey(id)], hashTag: id, writes: false });
      if (typeof value !== "string") return undefined;
      const ticket = decodeTicket(id, value);
      return ticket.purgeAt !== undefined && ticket.purgeAt <= clock.now() ? undefined : ticket;
    },

    replace: write,

    async subscribe(id, onChange) {
      if (isClosed) throw new StoreUnavailableError("the store is closed");
      return notifier.subscribe(id, onChange);
    },

    async close() {
      isClosed = true;
      monitor.stop();
      signInSwitch.stop();
      notifier.close();
      primaries.close();
    },
  };
}

/** Runs a command on the server that holds its key; follows the redirects of a Cluster. */
async function runWithRedirects(primaries: Primaries, command: RedisCommand): Promise<unknown> {
  let primary = primaries.primaryOf(command.hashTag);
  let asking = false;
  for (let redirects = 0; ; redirects++) {
    try {
      return await primary.run(asking ? { ...command, asking } : command);
    } catch (error) {
      if (!(error instanceof RedirectError)) throw error;
      if (redirects === maxRedirects) throw new StoreUnavailableError("the Cluster is moving the key");
      if (!error.asking) await refreshTopology(primaries);
      const target = primaries.all().find(({ address }) => address === error.address);
      if (!target) throw new StoreUnavailableError("the Cluster has moved the key to an unreachable server");
      primary = target;
      asking = error.asking;
    }
  }
}

async function refreshTopology(primaries: Primaries): Promise<void> {
  try {
    await primaries.refresh();
  } catch (error) {
    throw new StoreUnavailableError("Redis is unreachable", "not written", { cause: error });
  }
}
