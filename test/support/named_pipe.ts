import { execFileSync } from "node:child_process";
import { closeSync, constants, mkdtempSync, openSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** Creates a pipe with a name. To open it waits for the other side. Gone when the test is over. */
export function createNamedPipe(): string {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-pipe-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const path = join(folder, "pipe");
  execFileSync("mkfifo", [path]);
  return path;
}

/** Creates a pipe with a name whose reader is there and does not read. */
export function createStalledPipe(): string {
  const path = createNamedPipe();
  const reader = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  onTestFinished(() => closeSync(reader));
  return path;
}
