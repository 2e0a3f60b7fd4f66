import { StoreUnavailableError } from "../../ticket_store.js";
import type { CommandArguments, Connection, Reply } from "./connection.js";
import { toStoreError } from "./redis_errors.js";

/** What must have an answer before it is given. */
export interface ReplicationOptions {
  /** So many replicas. */
  readonly replicaAcks: number;
  /** Whether on disk, they and the primary, and not in memory alone. */
  readonly replicaFsync: boolean;
}

/** One command for one ticket. */
export interface RedisCommand {
  readonly args: CommandArguments;
  /** The ticket id, or what else decides where in a Cluster the key lies. */
  readonly hashTag: string;
  /** Whether it may write: cut off in the middle, nobody knows whether it has. */
  readonly writes: boolean;
  /** Whether the server is told that it need not have taken over the slot yet. */
  readonly asking?: boolean;
}

/**
 * Carries out commands on one connection of its own.
 *
 * `run` rejects with a StoreUnavailableError, whose outcome is unknown for a write that was cut off or that the replicas have not
 * confirmed; with a RedirectError or an UnknownScriptError, which have written nothing; and with an Error for a fault.
 */
export interface CommandExecutor {
  run(command: RedisCommand): Promise<unknown>;
}

/** Without replicas to wait for, each command goes out as it comes. */
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

/** How answers are confirmed, by one replica at least. */
export interface ConfirmationOptions extends ReplicationOptions {
  /** How long that may take, in milliseconds. */
  readonly timeout: number;
  /** A key for a write that has no other purpose, in the same slot as the tag. */
  barrierKey(tag: string): string;
}

/**
 * Answers nothing that a failover could take back: every batch ends with WAIT, and WAITAOF where files are waited for; what the
 * replicas have not confirmed is refused. Reads wait as well, since they may have seen a write that no replica has.
 *
 * WAIT holds up its connection, so commands that come meanwhile make the next batch, and one WAIT stands for all of it.
 *
 * A batch that has written nothing writes a key that means nothing. Only an acknowledgement of something newer than the answer
 * proves that the server was still the primary when it gave it: one that was held still and goes on after a failover has
 * none to show. A write that lost its comparison needs none: whoever hears that reads again.
 */
export function createConfirmedExecutor(
  connection: Connection,
  confirmation: ConfirmationOptions,
): CommandExecutor {
  let queue: PendingCommand[] = [];
  let isDraining = false;

  async function drain(): Promise<void> {
    isDraining = true;
    // Whatever is asked in this turn of the event loop goes out together.
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
    // What follows the last command: the barrier if there was one, and WAIT.
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
  // Asked by WAITAOF alone, replicas answer before they have written, and say no more until their next report: a second. After
  // WAIT they have. The 1 is the primary's own file.
  return [
    ["WAIT", replicaAcks, half],
    ["WAITAOF", 1, replicaAcks, half],
  ];
}

/** Why a batch counts for nothing, if it does. */
function replicationFailureOf(
  trailingReplies: readonly Reply[],
  { replicaAcks, replicaFsync }: ConfirmationOptions,
): Error | undefined {
  const failed = trailingReplies.find((reply) => "error" in reply);
  if (failed) {
    return new Error("Redis was cut off, or refused, before the replicas confirmed", { cause: failed.error });
  }
  // WAITAOF answers two counts: files of the primary, files of replicas.
  const counts = [unwrapReply(trailingReplies.at(-1))].flat().map(Number);
  if (replicaFsync && counts[0] !== 1) return new Error("the primary did not have it on disk in time");
  const count = counts.at(-1) ?? 0;
  return count >= replicaAcks
    ? undefined
    : new Error(`${count} of ${replicaAcks} replicas confirmed in time`);
}

function toUnconfirmedError({ message, cause }: Error, { writes }: RedisCommand): StoreUnavailableError {
  return new StoreUnavailableError(message, writes ? "unknown" : "not written", { cause });
}

function unwrapReply(reply: Reply | undefined): unknown {
  if (!reply) throw new Error("Redis answered fewer commands than it was sent");
  if ("error" in reply) throw reply.error;
  return reply.value;
}
