import { createHash } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import type { Clock } from "../../base/clock.js";

/** Watcher of the contents of files. */
export interface FileWatcher {
  /**
   * Takes the present contents of these files as known, and watches these files from now on. Resolves with the names of
   * those whose contents differ from the ones that were known before. A file that was not watched has no difference.
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
}

/** Time after which a changed file is looked at again, in milliseconds. */
const settleTime = 1_000;

/** Largest file that is read, in bytes. Of a larger one, only size and time count. */
const maxBytes = 1_048_576;

/**
 * Creates a watcher that reads the files again and again and compares their contents. Events of the system would miss
 * changes: a mounted Kubernetes volume changes by a symbolic link two folders up, an editor puts another file in place
 * of the old one, a network file system reports nothing, and the number of watches is limited.
 */
export function createFileWatcher({ interval, clock, onChange }: FileWatcherOptions): FileWatcher {
  let known: Contents = new Map();
  /** Different contents that the last look found. */
  let unsettled: Contents | undefined;
  let isClosed = false;
  let cancel = () => {};

  function schedule(ms: number): void {
    if (interval === 0 || isClosed) return;
    cancel();
    cancel = clock.after(ms, () => void look());
  }

  async function look(): Promise<void> {
    const expected = known;
    const found = await readContents([...expected.keys()]);
    // Meanwhile, other contents may have been acknowledged.
    if (expected !== known) return;
    const isChanged = differences(known, found).length > 0;
    const isSettled = isChanged && unsettled !== undefined && differences(unsettled, found).length === 0;
    unsettled = isChanged ? found : undefined;
    schedule(isChanged && !isSettled ? Math.min(interval, settleTime) : interval);
    if (isSettled) onChange();
  }

  return {
    async acknowledge(files) {
      const found = await readContents(files);
      const changed = differences(known, found);
      known = found;
      unsettled = undefined;
      schedule(interval);
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

async function readContents(files: readonly string[]): Promise<Contents> {
  return new Map(await Promise.all(files.map(async (file) => [file, await digestOf(file)] as const)));
}

async function digestOf(file: string): Promise<string> {
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
