import { mkdirSync, mkdtempSync, renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, describe, expect, it, onTestFinished } from "vitest";
import {
  createFileWatcher,
  type FileWatcher,
  readTimeout,
} from "../../../src/compose/reload/file_watcher.js";
import { createManualClock, type ManualClock } from "../../support/clock.js";
import { eventually } from "../../support/eventually.js";
import { createNamedPipe } from "../../support/named_pipe.js";

let folder: string;
let clock: ManualClock;
let changes: number;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "qrlogin-watch-"));
  clock = createManualClock();
  changes = 0;
  return () => rmSync(folder, { recursive: true });
});

/** Watches files. Each change is counted and acknowledged at once. */
async function watch(files: readonly string[], interval = 10_000): Promise<FileWatcher> {
  const watcher = createFileWatcher({
    ...{ interval, clock, onHang() {} },
    onChange() {
      changes += 1;
      void watcher.acknowledge(files);
    },
  });
  onTestFinished(watcher.close);
  await watcher.acknowledge(files);
  return watcher;
}

/** Lets the watcher look at the files, and waits until it has scheduled the next look, in one second or in ten. */
async function look(ms = 10_000): Promise<void> {
  clock.advance(ms);
  await eventually(async () => {
    const isReading = clock.pendingCountWithin(readTimeout) > clock.pendingCountWithin(1_000);
    expect([clock.pendingCount, isReading]).toEqual([1, false]);
  });
}

const write = (name: string, text: string) => {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
};

describe("the watcher of files", () => {
  it("reports a change once two looks have found the same content, the second one soon", async () => {
    await watch([write("secret", "one")]);
    write("secret", "two");
    await look();
    expect(changes).toBe(0);
    await look(1_000);
    expect(changes).toBe(1);
    await look();
    await look();
    expect(changes).toBe(1);
  });

  it("does not report a file that is still being written", async () => {
    await watch([write("secret", "one")]);
    for (const text of ["t", "tw", "two"]) {
      write("secret", text);
      await look(text === "t" ? 10_000 : 1_000);
    }
    expect(changes).toBe(0);
    await look(1_000);
    expect(changes).toBe(1);
  });

  it("does not report a file that is written again with the same content, or back before the second look", async () => {
    await watch([write("secret", "one")]);
    write("secret", "one");
    await look();
    await look();
    write("secret", "two");
    await look();
    write("secret", "one");
    await look(1_000);
    await look();
    expect(changes).toBe(0);
  });

  it("sees the change of a mounted Kubernetes volume, where a symbolic link two folders up is replaced", async () => {
    for (const version of ["..1", "..2"]) {
      mkdirSync(join(folder, version));
      write(join(version, "secret"), version);
    }
    symlinkSync("..1", join(folder, "..data"));
    symlinkSync(join("..data", "secret"), join(folder, "secret"));
    await watch([join(folder, "secret")]);
    symlinkSync("..2", join(folder, "..data_tmp"));
    renameSync(join(folder, "..data_tmp"), join(folder, "..data"));
    await look();
    await look(1_000);
    expect(changes).toBe(1);
  });

  it("sees a file that another one replaces, one that disappears, and one that appears", async () => {
    const file = write("secret", "one");
    await watch([file]);
    renameSync(write("secret.new", "two"), file);
    await look();
    await look(1_000);
    expect(changes).toBe(1);
    unlinkSync(file);
    await look();
    await look(1_000);
    expect(changes).toBe(2);
    write("secret", "two");
    await look();
    await look(1_000);
    expect(changes).toBe(3);
  });

  it("reads no pipe, whose content is for another reader", async () => {
    const pipe = createNamedPipe();
    await watch([pipe]);
    await look();
    expect(changes).toBe(0);
  });

  it("names the files that have changed since they were last acknowledged, and not those that are new", async () => {
    const [one, two] = [write("one", "1"), write("two", "2")];
    const watcher = await watch([one]);
    write("one", "changed");
    expect(await watcher.acknowledge([one, two])).toEqual([one]);
    expect(await watcher.acknowledge([one, two])).toEqual([]);
    write("two", "changed");
    expect(await watcher.acknowledge([one, two])).toEqual([two]);
  });

  it("does not look at files with an interval of 0", async () => {
    await watch([write("secret", "one")], 0);
    expect(clock.pendingCount).toBe(0);
  });
});
