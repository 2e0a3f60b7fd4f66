import { StoreUnavailableError } from "../../ticket_store.js";
import type { CommandArguments, Connection, Reply } from "./connection.js";
import { toStoreError } from "./redis_errors.js";

/** The confirmation that a reply waits for. */
export interface ReplicationOptions {
  /** Number of replicas that must acknowledge. */
  readonly replicaAcks: number;
  /** True if the primary and these replicas must have it on disk rather than in memory. */
  readonly replicaFsync: boolean;
}

/** A command for one ticket. */
export interface RedisCommand {
  readonly args: CommandArguments;
  /** Ticket id, or another tag that decides the slot of the key in a Cluster. */
  readonly hashTag: string;
  /** True if the command may write. Its outcome is unknown when the connection breaks before the reply. */
  readonly writes: boolean;
  /** True if ASKING must precede the command, because its slot is still moving to this server. */
  readonly asking?: boolean;
}

/**
 * Executes commands on a connection that it does not share.
 *
 * `run` rejects with a StoreUnavailableError, with the outcome "unknown" for a write that was cut off or that
 * the replicas have not acknowledged; with a RedirectError or an UnknownScriptError, after which nothing was
 * written; and with an Error for a fault.
 */
export interface CommandExecutor {
  run(command: RedisCommand): Promise<unknown>;
}

/** Creates an executor that sends each command at once and does not wait for replicas. */
export function createDirectExecutor(connection: Connection): CommandExecutor {
  return {
    async run({ args, writes, asking }) {
      try {
        if (!asking) return await connection.call(args);
        const [, reply] = await connection.batch([["ASKING"], args]);
        return unwrapReply(reply);
      } catch (error) {
        throw toStoreError(error, writes);
      }
    },
  };
}

/** Options of confirmation by at least one replica. */
export interface ConfirmationOptions extends ReplicationOptions {
  /** Time limit for the acknowledgements, in milliseconds. */
  readonly timeout: number;
  /** Returns a key that holds no data, in the same slot as the tag. */
  barrierKey(tag: string): string;
}

/**
 * Creates an executor whose replies a failover cannot undo. Every batch ends with WAIT, and with WAITAOF if
 * `replicaFsync` is set. Without the acknowledgements, the commands of the batch are rejected. Reads wait as
 * well, since they may have seen a write that no replica has.
 *
 * WAIT blocks its connection, so the commands that arrive meanwhile form the next batch and share one WAIT.
 *
 * A batch without writes sets a barrier key. Only the acknowledgement of a later write proves that the server
 * was still the primary when it replied: a server that was paused and resumes after a failover gets none. A
 * write that lost its comparison needs no barrier, because its caller reads again.
 */
export function createConfirmedExecutor(
  connection: Connection,
  confirmation: ConfirmationOptions,
): CommandExecutor {
  let queue: PendingCommand[] = [];
  let isDraining = false;

  async function drain(): Promise<void> {
    isDraining = true;
    // Commands of the same turn of the event loop go out together.
    await Promise.resolve();
    while (queue.length > 0) {
      const batch = queue;
      queue = [];
      await executeBatch(batch);
    }
    isDraining = false;
  }

  async function executeBatch(batch: readonly PendingCommand[]): Promise<void> {
    const commands: CommandArguments[] = [];
    const replyIndexes = batch.map(({ command }) => {
      if (command.asking) commands.push(["ASKING"]);
      return commands.push(command.args) - 1;
    });
    const [first] = batch;
    if (first && !batch.some(({ command }) => command.writes)) {
      if (first.command.asking) commands.push(["ASKING"]);
      commands.push(["SET", confirmation.barrierKey(first.command.hashTag), "", "PX", 1_000]);
    }
    const replies = await connection.batch([...commands, ...waitCommands(confirmation)]);
    // The replies after the last command: that of the barrier, if there was one, and that of WAIT.
    const replicationFailure = replicationFailureOf(
      replies.slice((replyIndexes.at(-1) ?? 0) + 1),
      confirmation,
    );
    for (const [index, { command, resolve, reject }] of batch.entries()) {
      const reply = replies[replyIndexes[index] ?? -1];
      if (!reply || "error" in reply) reject(toStoreError(reply?.error, command.writes));
      else if (replicationFailure) reject(toUnconfirmedError(replicationFailure, command));
      else resolve(reply.value);
    }
  }

  return {
    run(command) {
      return new Promise((resolve, reject) => {
        queue.push({ command, resolve, reject });
        if (!isDraining) void drain();
      });
    },
  };
}

interface PendingCommand {
  readonly command: RedisCommand;
  resolve(value: unknown): void;
  reject(error: Error): void;
}

function waitCommands({
  replicaAcks,
  replicaFsync,
  timeout,
}: ConfirmationOptions): readonly CommandArguments[] {
  if (!replicaFsync) return [["WAIT", replicaAcks, timeout]];
  const half = Math.ceil(timeout / 2);
  // With WAITAOF alone, replicas reply before they have written, and their next report is a second later. After
  // WAIT they have written. The 1 is the primary's own file.
  return [
    ["WAIT", replicaAcks, half],
    ["WAITAOF", 1, replicaAcks, half],
  ];
}

/** Returns the error that makes the replies of a batch invalid, or undefined. */
function replicationFailureOf(
  trailingReplies: readonly Reply[],
  { replicaAcks, replicaFsync }: ConfirmationOptions,
): Error | undefined {
  const failed = trailingReplies.find((reply) => "error" in reply);
  if (failed) {
    const text = "the connection broke, or Redis replied with an error, before the replicas acknowledged";
    return new Error(text, { cause: failed.error });
  }
  // WAITAOF replies with two counts: files of the primary, files of replicas.
  const counts = [unwrapReply(trailingReplies.at(-1))].flat().map(Number);
  if (replicaFsync && counts[0] !== 1) return new Error("the primary did not fsync in time");
  const count = counts.at(-1) ?? 0;
  return count >= replicaAcks
    ? undefined
    : new Error(`${count} of ${replicaAcks} replicas acknowledged in time`);
}

function toUnconfirmedError({ message, cause }: Error, { writes }: RedisCommand): StoreUnavailableError {
  return new StoreUnavailableError(message, writes ? "unknown" : "not written", { cause });
}

function unwrapReply(reply: Reply | undefined): unknown {
  if (!reply) throw new Error("Redis sent fewer replies than there were commands");
  if ("error" in reply) throw reply.error;
  return reply.value;
}
