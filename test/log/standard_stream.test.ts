import { closeSync, existsSync, openSync, readFileSync, writeSync } from "node:fs";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { openNonBlocking } from "../../src/log/standard_stream.js";
import { temporaryFile } from "../support/config_files.js";
import { createStalledPipe } from "../support/named_pipe.js";

/** Returns the flags of an open file, which Linux reports as octal digits. */
const flagsKnown = existsSync("/proc/self/fdinfo");
const nonBlocking = 0o4000;

function isNonBlocking(fd: number): boolean {
  const flags = /^flags:\s+(?<flags>\d+)$/m.exec(readFileSync(join("/proc/self/fdinfo", String(fd)), "utf8"));
  return (Number.parseInt(flags?.groups?.flags ?? "", 8) & nonBlocking) !== 0;
}

function opened(path: string): number {
  const fd = openSync(path, "a");
  onTestFinished(() => closeSync(fd));
  return fd;
}

const unused = () => {
  throw new Error("this is not needed here");
};

it.skipIf(!flagsKnown)(
  "writes to a pipe without blocking, and leaves the flags of the shared descriptor unchanged",
  () => {
    const shared = opened(createStalledPipe());
    const own = openNonBlocking(shared, unused);
    expect(own).not.toBe(shared);
    onTestFinished(() => closeSync(own));
    expect(isNonBlocking(own)).toBe(true);
    expect(isNonBlocking(shared)).toBe(false);
    expect(() => {
      for (;;) writeSync(own, "x".repeat(1_000));
    }).toThrow("EAGAIN");
  },
);

it("writes to a file through the shared descriptor, so that each writer continues after the other", () => {
  const file = opened(temporaryFile("stdout.log", ""));
  expect(openNonBlocking(file, unused)).toBe(file);
});
