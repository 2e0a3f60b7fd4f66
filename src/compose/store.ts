import type { Logger } from "pino";
import { isLoopbackHost } from "../base/address.js";
import type { Clock } from "../base/clock.js";
import type { RedisConfig, StoreConfig, TicketsConfig } from "../config/config.js";
import type { Lifetimes, Ticket } from "../domain/ticket.js";
import type { SharedStoreObservers } from "../metrics/store_metrics.js";
import { createMemoryStore } from "../store/memory/memory_store.js";
import { createMemorySignInSwitch } from "../store/memory/sign_in_switch.js";
import type { ConnectionOptions, TlsOptions } from "../store/redis/connection/connection.js";
import { openRedisStore, type RedisStoreOptions } from "../store/redis/redis_store.js";
import type { StoreEvents } from "../store/redis/store_events.js";
import {
  createClusterTopology,
  createSentinelTopology,
  createSingleServerTopology,
  type Topology,
} from "../store/redis/topology/topology.js";
import type { SharedRates } from "../store/shared_rates.js";
import type { SignInSwitch } from "../store/sign_in_switch.js";
import { observeStore } from "../store/store_observer.js";
import type { TicketSearch } from "../store/ticket_search.js";
import type { TicketStore } from "../store/ticket_store.js";
import {
  type Credentials,
  createRedisCredentials,
  type RedisCredentials,
  withCredentials,
} from "./redis_credentials.js";
import { type CertificateSource, createCertificateSource } from "./reload/certificate_source.js";
import { combineReloadables, type Reloadable } from "./reload/reloadable.js";

/** The parts of the health status that depend on the store. */
export interface HealthReporter {
  setServing(isServing: boolean): void;
  setClockInSync(isInSync: boolean): void;
}

/** An open store. A reload replaces credentials and certificates of connections that are opened from then on. */
export interface OpenedStore extends Reloadable {
  readonly store: TicketStore;
  readonly signInSwitch: SignInSwitch;
  readonly search: TicketSearch;
  /** The clock that decides when tickets expire. */
  readonly clock: Clock;
  /** Rates that are counted together with other nodes; undefined if this process has the store for itself. */
  readonly rates?: SharedRates;
  /** Reports the current status of the store and every later change. */
  reportHealthTo(health: HealthReporter): void;
}

/** Returns the lifetimes of tickets in a configuration. */
export function lifetimesOf({ authorizedTtl, checkCodeTtl, retention }: TicketsConfig): Lifetimes {
  return { authorized: authorizedTtl, checkCode: checkCodeTtl, retention };
}

interface StoreDependencies {
  readonly clock: Clock;
  /** Called when the embedded store expires a ticket. */
  readonly onExpire?: ((expired: Ticket, previous: Ticket) => void) | undefined;
  /** Observers of the store in Redis, for metrics. */
  readonly observers?: SharedStoreObservers | undefined;
  readonly lifetimes: Lifetimes;
  readonly log: Logger;
}

/** Largest accepted difference between this machine's clock and Redis's, in milliseconds. */
export const maxClockSkew = 1_000;

/**
 * Opens the configured store.
 *
 * @throws Error with a one-line message when a Redis store cannot be used.
 */
export async function openStore(config: StoreConfig, dependencies: StoreDependencies): Promise<OpenedStore> {
  const { clock, lifetimes, log, onExpire, observers } = dependencies;
  if (config.kind === "memory") {
    const store = createMemoryStore({ clock, lifetimes, onExpire, ...config });
    return {
      ...{ store, search: store, signInSwitch: createMemorySignInSwitch(), clock, reportHealthTo: () => {} },
      ...combineReloadables([]),
    };
  }
  const health = createHealthRelay();
  const credentials = createRedisCredentials(config.redis);
  const certificates = redisCertificatesOf(config, clock);
  const store = await openRedisStore({
    ...redisStoreOptionsOf(config, { clock, lifetimes }, credentials, certificates),
    events: combineEvents(createStoreEvents(log, health), observers?.events),
  });
  const { signInSwitch, search, rates } = store;
  const observed = observers ? observeStore(store, observers.operations) : store;
  return {
    ...{ store: observed, signInSwitch, search, rates, clock: store.clock },
    reportHealthTo: health.reportTo,
    ...combineReloadables([
      credentials,
      { prepareReload: async ({ store: { redis } }) => certificates.prepare(redis.tls ?? {}) },
    ]),
  };
}

/** Returns a listener that passes each event on to both. */
function combineEvents(first: StoreEvents, second: StoreEvents | undefined): StoreEvents {
  if (!second) return first;
  return {
    onAvailability(isAvailable, reason) {
      first.onAvailability(isAvailable, reason);
      second.onAvailability(isAvailable, reason);
    },
    onReconnectFailure(reason) {
      first.onReconnectFailure(reason);
      second.onReconnectFailure(reason);
    },
    onDurability(durability, servers) {
      first.onDurability(durability, servers);
      second.onDurability(durability, servers);
    },
    onClockSkew(skew) {
      first.onClockSkew(skew);
      second.onClockSkew(skew);
    },
  };
}

function redisCertificatesOf({ redis }: StoreConfig, clock: Clock): CertificateSource {
  return createCertificateSource("store.redis.tls", redis.tls ?? {}, clock);
}

/** Returns the options of the configured store in Redis, without the listener of its events. */
export function redisStoreOptionsOf(
  config: StoreConfig,
  { clock, lifetimes }: Pick<StoreDependencies, "clock" | "lifetimes">,
  credentials: RedisCredentials = createRedisCredentials(config.redis),
  certificates: CertificateSource = redisCertificatesOf(config, clock),
): Omit<RedisStoreOptions, "events"> {
  const { keyPrefix, replicaAcks, replicaFsync, timeout, refreshInterval, requireDurable } = config.redis;
  const connectionOptions = connectionOptionsOf(config.redis, credentials.ofServers, certificates);
  return {
    ...{ clock, lifetimes, keyPrefix, replicaAcks, replicaFsync, timeout, refreshInterval, requireDurable },
    ...{ connectionOptions, ticketLimits: config },
    topology: topologyOf(config.redis, connectionOptions, credentials.ofSentinels),
  };
}

/** Creates the listener that writes the store's events to the log and updates the health status. */
function createStoreEvents(log: Logger, health: HealthReporter): StoreEvents {
  let wasInSync = true;
  return {
    onAvailability(isAvailable, reason) {
      health.setServing(isAvailable);
      if (reason === undefined) log.info("the store is reachable again");
      else
        log.error(
          { cause: reason },
          isAvailable ? "a part of the store is unreachable" : "the store is unreachable",
        );
    },
    onReconnectFailure: (cause) => log.warn({ cause }, "the store still cannot be reached"),
    onDurability({ level, reason }, servers) {
      if (level === "durable") return log.info({ servers }, `the store is durable: ${reason}`);
      return log.warn(
        { servers },
        `the store is BEST EFFORT: ${reason}. A ticket that was exchanged, cancelled or withdrawn may become usable again`,
      );
    },
    onClockSkew(clockSkewMs) {
      const isInSync = Math.abs(clockSkewMs) <= maxClockSkew;
      health.setClockInSync(isInSync);
      if (isInSync === wasInSync) return;
      wasInSync = isInSync;
      const fields = { clockSkewMs: Math.round(clockSkewMs) };
      if (isInSync) log.info(fields, "the clock of this machine agrees with Redis's clock again");
      else
        log.warn(
          fields,
          "the clock of this machine differs from Redis's clock; tickets expire by Redis's, user tokens by this one",
        );
    },
  };
}

/**
 * Creates a health reporter that stores the status. Once `reportTo` has named a target, it reports the status
 * and every change to that target.
 */
function createHealthRelay(): HealthReporter & { reportTo(health: HealthReporter): void } {
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
    reportTo(health) {
      reporter = health;
      health.setServing(isServing);
      health.setClockInSync(isInSync);
    },
  };
}

function topologyOf(
  { url, sentinel, cluster, timeout }: RedisConfig,
  connectionOptions: ConnectionOptions,
  sentinelCredentials: () => Credentials,
): Topology {
  if (cluster) return createClusterTopology({ ...cluster, connectionOptions, timeout });
  if (sentinel) {
    return createSentinelTopology({
      ...sentinel,
      timeout,
      connectionOptions: withCredentials({ ...connectionOptions, database: 0 }, sentinelCredentials),
    });
  }
  const { hostname, port } = new URL(url ?? "");
  return createSingleServerTopology(`${hostname}:${port || 6379}`);
}

function connectionOptionsOf(
  { url, tls, allowPlaintextOnNetwork }: RedisConfig,
  credentials: () => Credentials,
  certificates: CertificateSource,
): ConnectionOptions {
  const parsedUrl = url === undefined ? undefined : new URL(url);
  // Read for each connection, so that it has the certificates of the last reload.
  const tlsOptions: TlsOptions = {
    get ca() {
      return certificates.current().caFile;
    },
    get cert() {
      return certificates.current().certFile;
    },
    get key() {
      return certificates.current().keyFile;
    },
    serverName: tls?.serverName,
  };
  const options = {
    database: Number(parsedUrl?.pathname.slice(1) || 0),
    allowsPlaintext: (host: string) => allowPlaintextOnNetwork || isLoopbackHost(host),
    tls: tls || parsedUrl?.protocol === "rediss:" ? tlsOptions : undefined,
  };
  return withCredentials(options, credentials);
}
