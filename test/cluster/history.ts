import { createWriteStream } from "node:fs";
import { finished } from "node:stream/promises";

/** One line of a history, as read by `checker/history.go`. Empty and undefined fields have no meaning. */
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
  /** A sequence of calls that do not overlap, such as those of one approver in one login. */
  readonly process?: string;
  readonly node?: string;
  readonly ticket?: string | undefined;
  /** Name of the approver, or `app`. */
  readonly caller?: string;
  /** Moment of {@link nanoseconds}. */
  readonly start: number;
  /** Absent if there was no reply. */
  readonly end?: number;
  /** Name of the gRPC code. `STUCK` for a watcher that did not get the end. */
  readonly code?: string;
  readonly reason?: string | undefined;
  readonly state?: string | undefined;
  readonly revision?: number | undefined;
  readonly cancelReason?: string | undefined;
  /** Name of the approver whom an exchange logged in. */
  readonly user?: string | undefined;
  /** Lifetime of the ticket in nanoseconds; absent if longer than the history. */
  readonly ttl?: number | undefined;
  readonly authorizedTtl?: number | undefined;
  /** Possible cost of a fault: whole tickets, or any writes. */
  readonly effect?: "empty" | "lost" | undefined;
  readonly kind?: string;
  /** True for a read at the end of the run. */
  readonly final?: boolean | undefined;
}

const startedAt = process.hrtime.bigint();

/** Returns the nanoseconds since this process began; never goes back. */
export const nanoseconds = (): number => Number(process.hrtime.bigint() - startedAt);

/** A history that is being written. */
export interface History {
  readonly path: string;
  /** Returns the number of calls so far, without the statuses of watchers. */
  operations(): number;
  /** Calls `onOperation` after every call. Returns a function that ends this. */
  onOperation(onOperation: () => void): () => void;
  add(entry: Entry): void;
  /** Resolves when everything is in the file. */
  close(): Promise<void>;
}

/** Starts a history in a file, with one JSON object per line. */
export function startHistory(path: string): History {
  const file = createWriteStream(path);
  let operations = 0;
  const listeners = new Set<() => void>();
  return {
    path,
    operations: () => operations,
    onOperation(onOperation) {
      listeners.add(onOperation);
      return () => void listeners.delete(onOperation);
    },
    add(entry) {
      file.write(`${JSON.stringify(entry)}\n`);
      if (["Watch", "WatchEnded", "Fault"].includes(entry.op)) return;
      operations += 1;
      for (const onOperation of listeners) onOperation();
    },
    async close() {
      file.end();
      await finished(file);
    },
  };
}
