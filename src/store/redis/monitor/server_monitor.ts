import type { Clock } from "../../../base/clock.js";
import type { ReplicationOptions } from "../connection/command_executor.js";
import { type ConnectionOptions, connect } from "../connection/connection.js";
import { withMissingRight } from "../connection/redis_errors.js";
import type { StoreEvents } from "../store_events.js";
import type { Primaries } from "../topology/primaries.js";
import type { Primary } from "../topology/primary.js";
import type { Topology } from "../topology/topology.js";
import { assessDurability, type Durability } from "./durability.js";
import type { ServerClock } from "./server_clock.js";
import { fetchServerInfo, incompatibilityOf, type PersistenceInfo } from "./server_info.js";

/** Interval in milliseconds at which the clock is synchronized and the servers are queried. */
const interval = 60_000;
/** Hash tag of the primary whose time all nodes use. */
const timeHashTag = "time";

interface ServerMonitorOptions extends ReplicationOptions {
  readonly topology: Topology;
  readonly connectionOptions: ConnectionOptions;
  readonly timeout: number;
  readonly requireDurable: boolean;
  readonly events: StoreEvents;
  readonly clock: Clock;
  readonly primaries: Primaries;
  readonly serverClock: ServerClock;
}

async function queryPrimary<T>(primary: Primary, ask: (primary: Primary) => Promise<T>): Promise<T> {
  try {
    return await ask(primary);
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new Error(`Redis at ${primary.address} cannot be queried: ${withMissingRight(text)}`, {
      cause: error,
    });
  }
}

/** A monitor that keeps the clock synchronized and checks the settings of the servers. */
export interface ServerMonitor {
  /**
   * Runs the first check and starts the interval.
   *
   * @throws Error with one line if a server cannot be used or is less durable than required.
   */
  start(): Promise<void>;
  /** Checks soon. Call it when a primary has connected or disconnected: another server has another clock. */
  checkNow(): void;
  stop(): void;
}

export function createServerMonitor(options: ServerMonitorOptions): ServerMonitor {
  const { clock, events, primaries, serverClock, topology } = options;
  let last: Durability | undefined;
  let cancelTimer: (() => void) | undefined;
  let isStopped = false;
  /** Number of the current wait: a slow check must not postpone one that was requested meanwhile. */
  let round = 0;

  async function syncClock(): Promise<void> {
    await queryPrimary(primaries.primaryOf(timeHashTag), serverClock.syncWith);
    events.onClockSkew(serverClock.skew());
  }

  /** Resolves with the report of a replica. A replica that does not reply counts as one with unknown settings. */
  async function fetchReplicaInfo(address: string): Promise<PersistenceInfo> {
    try {
      const connection = await connect(address, options.connectionOptions, options.timeout);
      try {
        return await fetchServerInfo({ address, query: (...words) => connection.call(words) });
      } finally {
        connection.close();
      }
    } catch {
      return { address, appendOnly: false, hasSnapshot: false, hasModules: false, settings: undefined };
    }
  }

  async function checkServers(isFirst: boolean): Promise<void> {
    // The level is that of all servers; a missing one is queried when it is reachable again.
    if (!isFirst && primaries.hasMissing()) return;
    const servers = await Promise.all(
      primaries.all().map((primary) => queryPrimary(primary, fetchServerInfo)),
    );
    const replicas = await Promise.all(servers.flatMap((server) => server.replicas).map(fetchReplicaInfo));
    let durability = assessDurability(servers, options, primaries.layout().replicas, replicas);
    for (const info of servers) {
      const incompatibility = incompatibilityOf(info, topology.kind);
      if (incompatibility === undefined) continue;
      if (isFirst) throw new Error(`Redis at ${info.address} ${incompatibility}`);
      durability = { level: "best effort", reason: `${info.address} ${incompatibility}` };
    }
    if (isFirst && options.requireDurable && durability.level !== "durable") {
      throw new Error(`store.redis.requireDurable: ${durability.reason}`);
    }
    if (durability.level === last?.level && durability.reason === last.reason) return;
    last = durability;
    events.onDurability(
      durability,
      servers.map(({ product, address }) => `${product} at ${address}`).join(", "),
    );
  }

  function schedule(ms: number): void {
    cancelTimer?.();
    round += 1;
    const ownRound = round;
    // A failure here means a broken connection; the check runs again when that is back.
    cancelTimer = clock.after(ms, () => {
      void Promise.allSettled([syncClock(), checkServers(false)]).then(
        () => isStopped || ownRound !== round || schedule(interval),
      );
    });
  }

  return {
    async start() {
      await checkServers(true);
      await syncClock();
      schedule(interval);
    },
    checkNow: () => schedule(0),
    stop() {
      isStopped = true;
      cancelTimer?.();
    },
  };
}
