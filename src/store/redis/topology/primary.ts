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

/** The connection for subscriptions is opened anew no more often than this, in milliseconds. */
const minSubscriberReconnectDelay = 1_000;

export interface PrimaryOptions extends ReplicationOptions {
  readonly connectionOptions: ConnectionOptions;
  /** How long connecting and every answer may take, in milliseconds. */
  readonly timeout: number;
  readonly keys: RedisKeys;
}

/**
 * A server that takes writes, reached by three connections: one for writes, which waits for replicas; one for reads, which must not
 * wait behind it; one for subscriptions.
 *
 * It is up from the moment that it was opened until a command fails, and then down for good: every command is refused at once,
 * and a new one has to be opened. So a slow server costs one time-out and not one for each call.
 *
 * The connection for subscriptions alone is opened anew when it breaks: a server throws out a subscriber that is slow, and no sign-in
 * is to be cut off for that.
 */
export interface Primary {
  readonly address: string;
  /** A hash tag whose keys lie on this server now. */
  hashTag(): string;
  /** Others after the connection for them was opened anew. */
  subscriptions(): Subscriptions;
  /** As {@link CommandExecutor.run}, on the connection for writes or for reads. */
  run(command: RedisCommand): Promise<unknown>;
  /** What the server says of itself: a command that belongs to no ticket and changes nothing. */
  query(...words: readonly (string | number)[]): Promise<unknown>;
  /** Writes a key that means nothing, and waits for the replicas. Rejects, and the primary is down, if it cannot. */
  heartbeat(): Promise<void>;
  /** Calls `onDown` once, with why, when it is down. */
  onDown(onDown: (reason: string) => void): void;
  /** Calls `onRenewed` whenever its subscriptions are others. */
  onSubscriptionsReplaced(onRenewed: () => void): void;
  close(): void;
}

/**
 * Connects to a primary.
 *
 * @param hashTag Tells a hash tag whose keys lie on this server now.
 * @throws Error with what the network or the server says, or that it is a replica.
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
    // One that is thrown out again and again, as when its subscriptions alone are too many, is not to take up all of a core.
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
    // Half of what the connection may be silent: a replica that is late is told apart from a primary that is.
    const barrierKey = keys.barrierKey;
    return createConfirmedExecutor(connection, {
      ...{ replicaAcks, replicaFsync, barrierKey },
      timeout: Math.ceil(timeout / 2),
    });
  }

  const writeExecutor = executorOn(writeConnection);
  const readExecutor = executorOn(readConnection);

  async function run(command: RedisCommand): Promise<unknown> {
    if (downReason !== undefined) throw new StoreUnavailableError(`Redis is away: ${downReason}`);
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
    // A subscriber that does not answer is cut off by that, and listens anew.
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
    onSubscriptionsReplaced(onRenewed) {
      notifySubscriptionsReplaced = onRenewed;
    },
    close: () => markDown("it is no longer needed"),
  };
}

/** All of them or none. */
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

/** The server is a replica, which takes no writes. */
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
