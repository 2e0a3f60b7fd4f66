import type { Clock } from "../../../base/clock.js";
import type { ReplicationOptions } from "../connection/command_executor.js";
import { type ConnectionOptions, connect } from "../connection/connection.js";
import type { StoreEvents } from "../store_events.js";
import type { Primaries } from "../topology/primaries.js";
import type { Primary } from "../topology/primary.js";
import type { Topology } from "../topology/topology.js";
import { assessDurability, type Durability } from "./durability.js";
import type { ServerClock } from "./server_clock.js";
import { fetchServerInfo, incompatibilityOf, type PersistenceInfo } from "./server_info.js";

/** How often the time is taken over anew and the servers are asked how they are set up, in milliseconds. */
const interval = 60_000;
/** The tag whose primary tells the time to all nodes. */
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
    throw new Error(`Redis at ${primary.address} does not tell how it is: ${text}`, { cause: error });
  }
}

/** Keeps the time, and an eye on how the servers are set up. */
export interface ServerMonitor {
  /**
   * The first look.
   *
   * @throws Error in one line if a server cannot be used, or does not keep what is required.
   */
  start(): Promise<void>;
  /** To be called when a primary has come or gone: it may be another one with another clock. */
  checkNow(): void;
  stop(): void;
}

export function createServerMonitor(options: ServerMonitorOptions): ServerMonitor {
  const { clock, events, primaries, serverClock, topology } = options;
  let last: Durability | undefined;
  let cancelTimer: (() => void) | undefined;
  let isStopped = false;
  /** Counts the waits, so that a look that was slow does not put off the one that was asked for meanwhile. */
  let round = 0;

  async function syncClock(): Promise<void> {
    await queryPrimary(primaries.primaryOf(timeHashTag), serverClock.syncWith);
    events.onClockSkew(serverClock.skew());
  }

  /** What a replica says of itself. One that does not tell is not relied upon. */
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
    // The level is that of all servers; what could not be asked now is asked when it is back.
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
    // What fails here has failed with the connection, and is done again when that is back.
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
