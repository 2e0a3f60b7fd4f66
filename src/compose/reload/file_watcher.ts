import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Clock } from "../../base/clock.js";
import { withTimeout } from "../../base/with_timeout.js";

/** Watcher of the contents of files. */
export interface FileWatcher {
  /**
   * Takes the present contents of these files as known, and watches these files from now on. Resolves with the names of
   * those whose contents differ from the ones that were known before. A file that was not watched has no difference.
   *
   * @throws Error that names the files which do not respond. `onChange` is called once all of them do.
   */
  acknowledge(files: readonly string[]): Promise<readonly string[]>;
  /** Ends the watch. */
  close(): void;
}

export interface FileWatcherOptions {
  /** Time between two looks at the files, in milliseconds; 0 for none. */
  readonly interval: number;
  readonly clock: Clock;
  /**
   * Called when contents differ from the known ones and were the same in two looks, so that no file is half written.
   * Called again after each further look, until they are acknowledged.
   */
  onChange(): void;
  /** Called when a file does not respond, such as one of a network file system whose server is gone. */
  onHang(file: string): void;
  /** Reads a file in place of {@link digestOf}. */
  readonly readDigest?: ((file: string) => Promise<string>) | undefined;
}

/** Time that a file has to respond, in milliseconds. */
export const readTimeout = 5_000;

/**
 * Number of files that may hang at a time; no further one is read until one of them responds. Each occupies one of the
 * four threads with which Node.js also resolves names and signs tokens.
 */
const maxHanging = 2;

/** Time after which a changed file is looked at again, in milliseconds. */
const settleTime = 1_000;

/** Largest file that is read, in bytes. Of a larger one, only size and time count. */
const maxBytes = 1_048_576;

/**
 * Creates a watcher that reads the files again and again and compares their contents. Events of the system would miss
 * changes: a mounted Kubernetes volume changes by a symbolic link two folders up, an editor puts another file in place
 * of the old one, a network file system reports nothing, and the number of watches is limited.
 */
export function createFileWatcher(options: FileWatcherOptions): FileWatcher {
  const { interval, clock, onChange, onHang, readDigest = digestOf } = options;
  let watched: readonly string[] = [];
  let known: Contents = new Map();
  const hanging = new Set<string>();
  /** True if a file did not respond when the contents were last acknowledged. */
  let isIncomplete = false;
  let queue: Promise<unknown> = Promise.resolve();
  /** Different contents that the last look found. */
  let unsettled: Contents | undefined;
  let isClosed = false;
  let cancel = () => {};

  function schedule(ms: number): void {
    if (interval === 0 || isClosed) return;
    cancel();
    cancel = clock.after(ms, () => void look());
  }

  /** Reads one file after the other, so that no more than {@link maxHanging} hang. */
  function readContents(files: readonly string[]): Promise<Contents> {
    const contents = queue.then(async () => {
      const found = new Map<string, string>();
      for (const file of files) {
        const digest = await digestInTime(file);
        if (digest !== undefined) found.set(file, digest);
      }
      return found;
    });
    queue = contents;
    return contents;
  }

  async function digestInTime(file: string): Promise<string | undefined> {
    if (hanging.has(file) || hanging.size >= maxHanging) return undefined;
    const reading = readDigest(file);
    const digest = await withTimeout(reading, readTimeout, clock);
    if (digest === undefined) {
      hanging.add(file);
      void reading.then(() => hanging.delete(file));
      onHang(file);
    }
    return digest;
  }

  async function look(): Promise<void> {
    const expected = known;
    const found = await readContents(watched);
    // Meanwhile, other contents may have been acknowledged.
    if (expected !== known) return;
    const isChanged = differences(known, found).length > 0;
    const isSettled = isChanged && unsettled !== undefined && differences(unsettled, found).length === 0;
    unsettled = isChanged ? found : undefined;
    schedule(isChanged && !isSettled ? Math.min(interval, settleTime) : interval);
    const isComplete = !isChanged && found.size === watched.length;
    if (isSettled || (isIncomplete && isComplete)) onChange();
  }

  return {
    async acknowledge(files) {
      const found = await readContents(files);
      const changed = differences(known, found);
      const unread = files.filter((file) => !found.has(file));
      known = new Map([...known, ...found].filter(([file]) => files.includes(file)));
      watched = files;
      unsettled = undefined;
      isIncomplete = unread.length > 0;
      schedule(interval);
      if (isIncomplete) {
        // The others were not tried: too many files hang already.
        const silent = hanging.size > 0 ? [...hanging] : unread;
        throw new Error(`cannot read ${silent.join(", ")}: no response within ${readTimeout / 1_000} s`);
      }
      return changed;
    },
    close() {
      isClosed = true;
      cancel();
    },
  };
}

/** Something that differs if the contents differ, by the name of the file. */
type Contents = ReadonlyMap<string, string>;

/** Reads a file. Resolves with a text that differs if the contents do. */
export async function digestOf(file: string): Promise<string> {
  try {
    const status = await stat(file, { bigint: true });
    // Reading a pipe would take its content away from whoever it is meant for, or wait for ever.
    if (!status.isFile()) return "not a file";
    if (status.size > maxBytes) return `${status.ino} ${status.size} ${status.mtimeNs}`;
    return createHash("sha256")
      .update(await readFile(file))
      .digest("hex");
  } catch (error) {
    // That a file is missing, or cannot be read, is a state like any other.
    return error instanceof Error && "code" in error ? String(error.code) : "unreadable";
  }
}

/** Returns the names of files that both have, with different contents. */
function differences(before: Contents, after: Contents): readonly string[] {
  return [...after].flatMap(([file, digest]) => {
    const other = before.get(file);
    return other !== undefined && other !== digest ? [file] : [];
  });
}
