import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** One line of a history, as `checker/history.go` reads it. What is empty or undefined says nothing. */
export interface Entry {
  readonly op:
    | "CreateTicket"
    | "MarkScanned"
    | "Authorize"
    | "Cancel"
    | "Withdraw"
    | "ExchangeUserInfo"
    | "GetStatus"
    | "Watch"
    | "WatchEnded"
    | "Fault";
  /** Who did one thing after the other, such as one approver of one login. */
  readonly process?: string;
  readonly node?: string;
  readonly ticket?: string | undefined;
  /** The name of the approver, or `app`. */
  readonly caller?: string;
  /** Nanoseconds of {@link nanoseconds}. */
  readonly start: number;
  /** Absent if there was no answer. */
  readonly end?: number;
  /** The gRPC code by its name. `STUCK` for a watcher that was not told the end. */
  readonly code?: string;
  readonly reason?: string | undefined;
  readonly state?: string | undefined;
  readonly revision?: number | undefined;
  readonly cancelReason?: string | undefined;
  /** Whom an exchange logged in, by the name of the approver. */
  readonly user?: string | undefined;
  /** How long the ticket lives, in nanoseconds; absent if longer than the history. */
  readonly ttl?: number | undefined;
  readonly authorizedTtl?: number | undefined;
  /** What a fault may have cost: whole tickets, or any writes. */
  readonly effect?: "empty" | "lost" | undefined;
  readonly kind?: string;
  /** Read when all was over. */
  readonly final?: boolean | undefined;
}

const began = process.hrtime.bigint();

/** Nanoseconds since this process began; never goes back. */
export const nanoseconds = (): number => Number(process.hrtime.bigint() - began);

/** A history that is being written. */
export interface History {
  readonly path: string;
  /** Calls so far, beside what watchers saw. */
  operations(): number;
  /** Calls `onOperation` after every call; the answer ends that. */
  onOperation(onOperation: () => void): () => void;
  add(entry: Entry): void;
  /** Fulfilled when all of it is in the file. */
  close(): Promise<void>;
}

/** Starts a history in a file of its own, one JSON object a line. */
export function startHistory(path: string): History {
  const file = createWriteStream(path);
  let operations = 0;
  const listening = new Set<() => void>();
  return {
    path,
    operations: () => operations,
    onOperation(onOperation) {
      listening.add(onOperation);
      return () => void listening.delete(onOperation);
    },
    add(entry) {
      file.write(`${JSON.stringify(entry)}\n`);
      if (["Watch", "WatchEnded", "Fault"].includes(entry.op)) return;
      operations += 1;
      for (const onOperation of listening) onOperation();
    },
    async close() {
      file.end();
      await finished(file);
    },
  };
}
