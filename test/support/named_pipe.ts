import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Creates a named pipe. Opening it waits for the other side. It is removed at the end of the test. */
export function createNamedPipe(): string {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-pipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  return path;
}

/** Creates a named pipe that is open for reading and is never read. */
export function createStalledPipe(): string {
  const path = createNamedPipe();
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  return path;
}
