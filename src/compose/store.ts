import { readFileSync } from "node:fs";
import type { Logger } from "pino";
import { isLoopbackHost } from "../base/address.js";
import type { Clock } from "../base/clock.js";
import type { RedisConfig, StoreConfig } from "../config/config.js";
import type { Lifetimes } from "../domain/ticket.js";
import { createMemoryStore } from "../store/memory/memory_store.js";
import type { ConnectionOptions } from "../store/redis/connection/connection.js";
import { openRedisStore } from "../store/redis/redis_store.js";
import type { StoreEvents } from "../store/redis/store_events.js";
import {
  createClusterTopology,
  createSentinelTopology,
  createSingleServerTopology,
  type Topology,
} from "../store/redis/topology/topology.js";
import type { TicketStore } from "../store/ticket_store.js";

/** What of the health of this process depends on the store. */
export interface HealthReporter {
  setServing(isServing: boolean): void;
  setClockInSync(isRight: boolean): void;
}

/** A store that is open. */
export interface OpenedStore {
  readonly store: TicketStore;
  /** The clock by which its tickets expire. */
  readonly clock: Clock;
  /** Has the health follow the store, beginning with how it is now. */
  reportHealthTo(health: HealthReporter): void;
}

interface StoreDependencies {
  readonly clock: Clock;
  readonly lifetimes: Lifetimes;
  readonly log: Logger;
}

/** A clock that is further from Redis's than this is wrong, in milliseconds. */
const maxClockSkew = 1_000;

/**
 * Opens the store that the configuration names.
 *
 * @throws Error in one line that names what is wrong with a store in Redis.
 */
export async function openStore(config: StoreConfig, dependencies: StoreDependencies): Promise<OpenedStore> {
  const { clock, lifetimes, log } = dependencies;
  if (config.kind === "memory") {
    return { store: createMemoryStore({ clock, lifetimes, ...config }), clock, reportHealthTo: () => {} };
  }
  const { keyPrefix, replicaAcks, replicaFsync, timeout, refreshInterval, requireDurable } = config.redis;
  const connectionOptions = connectionOptionsOf(config.redis);
  const health = createHealthRelay();
  const store = await openRedisStore({
    ...{ clock, lifetimes, keyPrefix, replicaAcks, replicaFsync, timeout, refreshInterval, requireDurable },
    ...{ connectionOptions, ticketLimits: config },
    topology: topologyOf(config.redis, connectionOptions),
    events: createStoreEvents(log, health),
  });
  return { store, clock: store.clock, reportHealthTo: health.tell };
}

/** What the log says of the store, and what health is told. */
function createStoreEvents(log: Logger, health: HealthReporter): StoreEvents {
  let wasInSync = true;
  return {
    onAvailability(isAvailable, reason) {
      health.setServing(isAvailable);
      if (reason === undefined) log.info("the store can be reached again");
      else log.error({ cause: reason }, isAvailable ? "a part of the store is away" : "the store is away");
    },
    onDurability({ level, reason }, servers) {
      const text = `the store is ${level === "durable" ? "durable" : "BEST EFFORT"}: ${reason}`;
      if (level === "durable") return log.info({ servers }, text);
      return log.warn(
        { servers },
        `${text}. A ticket that was exchanged, cancelled or withdrawn may come back`,
      );
    },
    onClockSkew(clockSkewMs) {
      const isInSync = Math.abs(clockSkewMs) <= maxClockSkew;
      health.setClockInSync(isInSync);
      if (isInSync === wasInSync) return;
      wasInSync = isInSync;
      const fields = { clockSkewMs: Math.round(clockSkewMs) };
      if (isInSync) log.info(fields, "the clock of this machine agrees with Redis's again");
      else
        log.warn(
          fields,
          "the clock of this machine is wrong by Redis's, which tickets follow; user tokens do not",
        );
    },
  };
}

/** Keeps what was told before there was anybody to tell. */
function createHealthRelay(): HealthReporter & { tell(health: HealthReporter): void } {
  let isServing = true;
  let isInSync = true;
  let reporter: HealthReporter | undefined;
  return {
    setServing(next) {
      isServing = next;
      reporter?.setServing(next);
    },
    setClockInSync(next) {
      isInSync = next;
      reporter?.setClockInSync(next);
    },
    tell(health) {
      reporter = health;
      health.setServing(isServing);
      health.setClockInSync(isInSync);
    },
  };
}

function topologyOf(
  { url, sentinel, cluster: nodes, timeout }: RedisConfig,
  connectionOptions: ConnectionOptions,
): Topology {
  if (nodes) return createClusterTopology({ ...nodes, connectionOptions, timeout });
  if (sentinel) {
    const { username, password } = sentinel;
    return createSentinelTopology({
      ...sentinel,
      timeout,
      connectionOptions: { ...connectionOptions, username, password, database: 0 },
    });
  }
  const { hostname, port } = new URL(url ?? "");
  return createSingleServerTopology(`${hostname}:${port || 6379}`);
}

function connectionOptionsOf({
  url,
  username,
  password,
  tls,
  allowPlaintextOnNetwork,
}: RedisConfig): ConnectionOptions {
  const parsedUrl = url === undefined ? undefined : new URL(url);
  const decode = (text: string | undefined) => (text ? decodeURIComponent(text) : undefined);
  const readPem = (file: string | undefined) => (file === undefined ? undefined : readFileSync(file, "utf8"));
  const pem = { ca: readPem(tls?.caFile), cert: readPem(tls?.certFile), key: readPem(tls?.keyFile) };
  return {
    username: username ?? decode(parsedUrl?.username),
    password: password ?? decode(parsedUrl?.password),
    database: Number(parsedUrl?.pathname.slice(1) || 0),
    allowsPlaintext: (host) => allowPlaintextOnNetwork || isLoopbackHost(host),
    tls: tls || parsedUrl?.protocol === "rediss:" ? { ...pem, serverName: tls?.serverName } : undefined,
  };
}
