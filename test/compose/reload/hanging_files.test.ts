import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { beforeEach, expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { createFileWatcher, digestOf, readTimeout } from "../../../src/compose/reload/file_watcher.js";
import { createReloader } from "../../../src/compose/reload/reloader.js";
import { readConfig } from "../../../src/config/load_config.js";
import { createManualClock, type ManualClock } from "../../support/clock.js";
import { contentWith } from "../../support/config_files.js";
import { eventually } from "../../support/eventually.js";

/** Files that do not respond, as those of a network file system whose server is gone. */
const mounts = {
  isAway: (_file: string): boolean => false,
  reads: [] as string[],
  waiting: [] as (() => void)[],
  /** Reads of files that did not respond at first. */
  late: [] as Promise<string>[],
};

function readDigest(file: string): Promise<string> {
  mounts.reads.push(file);
  if (!mounts.isAway(file)) return digestOf(file);
  const reading = new Promise<void>((resolve) => mounts.waiting.push(resolve)).then(() => digestOf(file));
  mounts.late.push(reading);
  return reading;
}

let folder: string;
let clock: ManualClock;

beforeEach(async () => {
  await returnAll();
  folder = mkdtempSync(join(tmpdir(), "qrlogin-hang-"));
  clock = createManualClock();
  return () => rmSync(folder, { recursive: true });
});

/** Lets all files respond again. Resolves once they have. */
async function returnAll(): Promise<void> {
  mounts.isAway = () => false;
  for (const resolve of mounts.waiting.splice(0)) resolve();
  await Promise.all(mounts.late.splice(0));
}

function write(name: string, text: string): string {
  const file = join(folder, name);
  writeFileSync(file, text);
  return file;
}

/** Waits until the next look is due in `ms`. No read is in progress then: its time-out would be due at another time. */
const untilNextLook = (ms = 10_000) =>
  eventually(() =>
    expect([ms - 1, ms, Number.POSITIVE_INFINITY].map(clock.pendingCountWithin)).toEqual([0, 1, 1]),
  );

/** Waits until a read waits for its time-out, and lets it pass. */
async function timeOutReads(count: number): Promise<void> {
  for (let reads = 1; reads <= count; reads += 1) {
    await eventually(() => expect(mounts.waiting).toHaveLength(reads));
    clock.advance(readTimeout);
  }
}

it("a file that does not respond is reported once, and the others are still watched", async () => {
  const [away, here] = [write("away", "1"), write("here", "1")];
  const onChange = vi.fn();
  const onHang = vi.fn();
  const watcher = createFileWatcher({ interval: 10_000, clock, onChange, onHang, readDigest });
  onTestFinished(watcher.close);
  await watcher.acknowledge([away, here]);
  mounts.isAway = (file) => file === away;
  clock.advance(10_000);
  await timeOutReads(1);
  await untilNextLook();
  write("here", "2");
  clock.advance(10_000);
  await untilNextLook(1_000);
  clock.advance(1_000);
  await eventually(() => expect(onChange).toHaveBeenCalledTimes(1));
  expect(onHang.mock.calls).toEqual([[away]]);
});

it("no more than two files hang at a time, and the reads of others wait until one responds", async () => {
  const files = ["a", "b", "c", "d"].map((name) => write(name, "1"));
  const onHang = vi.fn();
  const watcher = createFileWatcher({ interval: 10_000, clock, onChange() {}, onHang, readDigest });
  onTestFinished(watcher.close);
  mounts.isAway = () => true;
  mounts.reads = [];
  const acknowledged = watcher.acknowledge(files).catch((error: Error) => error.message);
  await timeOutReads(2);
  expect(await acknowledged).toBe(`cannot read ${files.slice(0, 2).join(", ")}: no response within 5 s`);
  expect(mounts.reads).toEqual(files.slice(0, 2));
  await returnAll();
  clock.advance(10_000);
  await untilNextLook();
  expect(await watcher.acknowledge(files)).toEqual([]);
});

it("a reload fails while a file does not respond, without reading it, and is made up for afterwards", async () => {
  const file = write("qrlogin.yaml", stringify(contentWith({})));
  const read = vi.fn(() => readConfig({ file, env: {} }));
  const first = read();
  if ("error" in first) throw first.error;
  const { config, files } = first;
  const reloader = createReloader({ process: "service", config, files, read, clock, readDigest });
  onTestFinished(reloader.close);
  await untilNextLook();
  const lines: object[] = [];
  const line = (fields: object, message: string) => void lines.push({ ...fields, message });
  const results: string[] = [];
  reloader.start(
    { prepareReload: async () => () => {} },
    { info: line, warn: line, error: line } as never,
    (result) => results.push(result),
  );
  mounts.isAway = () => true;
  reloader.request();
  await timeOutReads(1);
  await eventually(() => expect(results).toEqual(["failure"]));
  expect(lines).toMatchObject([
    { file, message: "a file does not respond; nothing can be reloaded until it does" },
    { err: { message: `cannot read ${file}: no response within 5 s` } },
  ]);
  // Also a signal in the meantime is answered.
  reloader.request();
  await eventually(() => expect(results).toEqual(["failure", "failure"]));
  expect(read).toHaveBeenCalledTimes(1);
  await returnAll();
  await eventually(() => {
    if (clock.pendingCountWithin(readTimeout) === 0) clock.advance(10_000);
    expect(results).toEqual(["failure", "failure", "success"]);
  });
});
