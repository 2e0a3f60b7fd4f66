import { spawnSync } from "node:child_process";
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";

const here = (path: string) => fileURLToPath(new URL(`../../${path}`, import.meta.url));

/** A change of one proto file: its name without folder and extension, what is replaced, and by what. */
export type Edit = readonly [file: string, old: string | RegExp, replacement: string];

/** A folder with the proto, and with what checks it. It is removed when the test has finished. */
export class RepositoryCopy {
  readonly folder = mkdtempSync(join(tmpdir(), "qrlogin-contract-"));

  constructor() {
    onTestFinished(() => rmSync(this.folder, { recursive: true, force: true }));
    for (const path of ["buf.yaml", "proto", "scripts/check-contract"])
      cpSync(here(path), join(this.folder, path), { recursive: true });
    mkdirSync(join(this.folder, "test/contract"), { recursive: true });
    symlinkSync(here("node_modules"), join(this.folder, "node_modules"));
  }

  /** Returns the path of a proto file. */
  pathOf(name: string): string {
    return join(this.folder, `proto/qrlogin/v1/${name}.proto`);
  }

  /** Changes the proto. Throws if there is nothing to replace, since a test would show nothing then. */
  edit(...edits: readonly Edit[]): void {
    for (const [name, old, replacement] of edits) {
      const before = readFileSync(this.pathOf(name), "utf8");
      const after = before.replace(old, replacement);
      if (after === before) throw new Error(`${name}.proto has no ${old}`);
      writeFileSync(this.pathOf(name), after);
    }
  }

  /** Accepts the contract, as `npm run accept-contract` does. */
  acceptContract(): void {
    const image = "test/contract/released.binpb";
    this.run("node_modules/.bin/buf", ["build", "proto", "--exclude-source-info", "-o", image]);
  }

  /** Runs a command in the folder. Throws if it fails. Returns its output. */
  run(command: string, args: readonly string[]): string {
    const { status, stdout, stderr } = this.try(command, args);
    if (status !== 0) throw new Error(`${command} ${args[0]} failed: ${stdout}${stderr}`);
    return stdout;
  }

  /** Runs a command in the folder, without the settings of Git of this machine. */
  try(command: string, args: readonly string[]) {
    const env = { ...process.env, GIT_CONFIG_GLOBAL: "/dev/null", GIT_CONFIG_SYSTEM: "/dev/null" };
    return spawnSync(command, args, { cwd: this.folder, encoding: "utf8", env });
  }
}
