import { execFile } from "node:child_process";
import { cpSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { basename, extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";

const execute = promisify(execFile);

/** Path of a file or folder, relative to this one. */
export const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Time-out of a command, in milliseconds. A first build of gRPC takes up to a minute of CPU time. */
export const buildMs = 480_000;

/** Runs a shell command in a folder. Rejects with its output if it fails or exceeds {@link buildMs}. */
export async function shell(folder: string, command: string): Promise<void> {
  await execute("bash", ["-euo", "pipefail", "-c", command], { cwd: folder, timeout: buildMs });
}

/**
 * Creates a temporary folder with the proto and the service config, as a user has them, and copies of these files and
 * of the content of these folders. It is removed at the end of the test.
 */
export function createProject(...sources: readonly string[]): string {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-languages-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  cpSync(here("../../proto"), join(folder, "proto"), { recursive: true });
  cpSync(here("../../gen/service_config.json"), join(folder, "service_config.json"));
  for (const source of sources) {
    const to = extname(source) === "" ? folder : join(folder, basename(source));
    cpSync(here(source), to, { recursive: true, filter: (path) => basename(path) !== "target" });
  }
  return folder;
}
