import { setTimeout as after } from "node:timers/promises";
import { StoreUnavailableError } from "../../ticket_store.js";
import {
  type CommandExecutor,
  createConfirmedExecutor,
  createDirectExecutor,
  type RedisCommand,
  type ReplicationOptions,
} from "../connection/command_executor.js";
import { type Connection, type ConnectionOptions, connect } from "../connection/connection.js";
import { createSubscriptions, type Subscriptions } from "../connection/subscriptions.js";
import type { RedisKeys } from "../keys.js";
import { replaceScript } from "../replace_script.js";

/** Shortest time between two connections for subscriptions, in milliseconds. */
const minSubscriberReconnectDelay = 1_000;

export interface PrimaryOptions extends ReplicationOptions {
  readonly connectionOptions: ConnectionOptions;
  /** Time limit for connecting and for every reply, in milliseconds. */
  readonly timeout: number;
  readonly keys: RedisKeys;
}

/**
 * A server that takes writes, reached by three connections: for writes, which wait for replicas; for reads,
 * which must not wait behind writes; and for subscriptions.
 *
 * It is up from its opening until a command fails, and then down for good: every command is rejected at once,
 * and a new one must be opened. So a slow server costs one time-out rather than one per call.
 *
 * Only the connection for subscriptions is replaced when it breaks: a server disconnects slow subscribers, and
 * no sign-in should fail for that.
 */
export interface Primary {
  readonly address: string;
  /** Returns a hash tag whose keys are on this server now. */
  hashTag(): string;
  /** Returns the subscriptions, which are others after their connection was replaced. */
  subscriptions(): Subscriptions;
  /** Runs a command like {@link CommandExecutor.run}, on the connection for writes or for reads. */
  run(command: RedisCommand): Promise<unknown>;
  /** Sends a command that belongs to no ticket and changes nothing. */
  query(...words: readonly (string | number)[]): Promise<unknown>;
  /** Writes a key that holds no data and waits for the replicas. Rejects if it cannot; the primary is then down. */
  heartbeat(): Promise<void>;
  /** Calls `onDown` once with the reason when the primary goes down. */
  onDown(onDown: (reason: string) => void): void;
  /** Calls `onReplaced` whenever the subscriptions have been replaced. */
  onSubscriptionsReplaced(onReplaced: () => void): void;
  close(): void;
}

/**
 * Connects to a primary.
 *
 * @param hashTag Returns a hash tag whose keys are on this server now.
 * @throws Error with the message of the network or of the server, or if the server is a replica.
 */
export async function openPrimary(
  address: string,
  hashTag: () => string,
  options: PrimaryOptions,
): Promise<Primary> {
  const { connectionOptions, timeout, replicaAcks, replicaFsync, keys } = options;
  const connections = await connectAll(3, () => connect(address, connectionOptions, timeout));
  const [writeConnection, readConnection] = connections;
  let [, , subscriberConnection] = connections;
  let subscriberConnectedAt = Number.NEGATIVE_INFINITY;
  let subscriptions = createSubscriptions(subscriberConnection);
  let downReason: string | undefined;
  let notifyDown: (reason: string) => void = () => {};
  let notifySubscriptionsReplaced: () => void = () => {};

  function markDown(reason: string): void {
    if (downReason !== undefined) return;
    downReason = reason;
    for (const connection of [writeConnection, readConnection, subscriberConnection]) connection.close();
    notifyDown(reason);
  }

  async function reconnectSubscriber(): Promise<void> {
    // A connection that breaks again and again, as when its subscriptions alone are too many, must not use up a core.
    const delay = minSubscriberReconnectDelay - (performance.now() - subscriberConnectedAt);
    if (delay > 0) await after(delay, undefined, { ref: false });
    if (downReason !== undefined) return;
    subscriberConnectedAt = performance.now();
    try {
      subscriberConnection = await connect(address, connectionOptions, timeout);
    } catch (error) {
      return markDown(errorMessage(error));
    }
    if (downReason !== undefined) return subscriberConnection.close();
    subscriptions = createSubscriptions(subscriberConnection);
    subscriberConnection.onEnd(() => void reconnectSubscriber());
    notifySubscriptionsReplaced();
  }

  for (const connection of [writeConnection, readConnection]) {
    connection.onEnd((cause) => markDown(cause?.message ?? "the connection was closed"));
  }
  subscriberConnection.onEnd(() => void reconnectSubscriber());

  function executorOn(connection: Connection): CommandExecutor {
    if (replicaAcks === 0) return createDirectExecutor(connection);
    // Half of the response time-out, which tells a late replica from a silent primary.
    const barrierKey = keys.barrierKey;
    return createConfirmedExecutor(connection, {
      ...{ replicaAcks, replicaFsync, barrierKey },
      timeout: Math.ceil(timeout / 2),
    });
  }

  const writeExecutor = executorOn(writeConnection);
  const readExecutor = executorOn(readConnection);

  async function run(command: RedisCommand): Promise<unknown> {
    if (downReason !== undefined) throw new StoreUnavailableError(`Redis is unreachable: ${downReason}`);
    try {
      return await (command.writes ? writeExecutor : readExecutor).run(command);
    } catch (error) {
      if (error instanceof StoreUnavailableError) markDown(causeMessageOf(error));
      throw error;
    }
  }

  async function heartbeat(): Promise<void> {
    const ownHashTag = hashTag();
    const args = ["SET", keys.barrierKey(ownHashTag), "", "PX", 1_000];
    // A subscriber connection without a reply is closed by its time-out, and then replaced.
    subscriberConnection.call(["PING"]).catch(() => {});
    await Promise.all([run({ args, hashTag: ownHashTag, writes: true }), readConnection.call(["PING"])]);
  }

  try {
    await assertPrimary(readConnection);
    await writeConnection.call(["SCRIPT", "LOAD", replaceScript]);
    await heartbeat();
  } catch (error) {
    markDown("it could not be opened");
    throw error instanceof StoreUnavailableError ? new Error(causeMessageOf(error)) : error;
  }

  return {
    address,
    hashTag,
    subscriptions: () => subscriptions,
    run,
    query: (...args) => readConnection.call(args),
    heartbeat,
    onDown(onDown) {
      notifyDown = onDown;
      if (downReason !== undefined) onDown(downReason);
    },
    onSubscriptionsReplaced(onReplaced) {
      notifySubscriptionsReplaced = onReplaced;
    },
    close: () => markDown("it is no longer needed"),
  };
}

/** Opens all connections or none. */
async function connectAll(
  count: 3,
  open: () => Promise<Connection>,
): Promise<readonly [Connection, Connection, Connection]> {
  const opened = await Promise.allSettled(Array.from({ length: count }, open));
  const connections = opened.flatMap((one) => (one.status === "fulfilled" ? [one.value] : []));
  const [first, second, third] = connections;
  if (first && second && third) return [first, second, third];
  for (const connection of connections) connection.close();
  throw opened.find((one) => one.status === "rejected")?.reason;
}

/** The error for a server that is a replica, which takes no writes. */
export class NotPrimaryError extends Error {
  constructor(primary: string) {
    super(`is a read-only replica of ${primary}; name the primary, or its Sentinels`);
    this.name = "NotPrimaryError";
  }
}

async function assertPrimary(connection: Connection): Promise<void> {
  const role = await connection.call(["ROLE"]);
  if (!Array.isArray(role) || role[0] === "master") return;
  const [, host, port] = role;
  throw new NotPrimaryError(`${host}:${port}`);
}

function causeMessageOf(error: StoreUnavailableError): string {
  return error.cause instanceof Error ? error.cause.message : error.message;
}

function errorMessage(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
