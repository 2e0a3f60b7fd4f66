import { execFile, spawnSync } from "node:child_process";
import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { onTestFinished } from "vitest";
import { anyPortEnvironment, type RunningProcess, readyAddresses, startProcess } from "../support/process.js";
import { findTool, toolModeOf } from "../support/tools.js";
import type { Stack } from "./stacks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const execute = promisify(execFile);

/** The tests of the stacks install packages, which takes minutes. */
export const packages = findTool("packages of npm, and minutes", () =>
  toolModeOf(process.env) === "all" ? undefined : "only TEST_TOOLS=all runs them",
);

/** A new project with the example of a stack and the packages that it needs. */
export interface Project {
  readonly folder: string;
  /** Runs a shell command in the project. Rejects if it fails. */
  run(command: string): Promise<void>;
  /** Starts a shell command in the project. It is stopped at the end of the test. */
  start(command: string, variables?: Readonly<Record<string, string>>): RunningProcess;
}

let packed: Promise<string> | undefined;

/** Resolves with the package, as `npm publish` would upload it. It is packed once for all tests of this process. */
function packOnce(): Promise<string> {
  packed ??= pack();
  return packed;
}

async function pack(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-packed-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const { stdout } = await execute("npm", ["pack", "--silent", "--pack-destination", folder], { cwd: root });
  return join(folder, stdout.trim());
}

/** Creates the project of a stack in an empty folder. The folder is removed at the end of the test. */
export async function createProject({ name, packages = [], build }: Stack): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), `qrlogin-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(join(root, "examples/stacks", name), folder, { recursive: true });
  const project: Project = {
    folder,
    async run(command) {
      const { code, stdout, stderr } = await project.start(command).exited;
      if (code !== 0) throw new Error(`${command} exited with ${code}: ${stdout}${stderr}`);
    },
    start: (command, variables) => startProcess("bash", ["-c", command], variables, folder),
  };
  const quiet = "--silent --no-audit --no-fund --prefer-offline";
  await project.run(`npm install ${quiet} ${await packOnce()} ${packages.join(" ")}`);
  // The settings of development, as on the page.
  await project.run(readFileSync(join(root, "examples/stacks/development.sh"), "utf8"));
  if (build) await project.run(build);
  return project;
}

/** Starts `qrlogin serve` of the project, in development mode. Resolves with its addresses. */
export const startService = (project: Project): Promise<{ grpc: string; gateway: string }> =>
  readyAddresses(project.start("exec npx qrlogin serve", anyPortEnvironment));

/** Returns a token of a demo user, from `qrlogin dev-token` of the project. */
export function developmentToken({ folder }: Project, user: "alice" | "bob"): string {
  return spawnSync("npx", ["qrlogin", "dev-token", user], { cwd: folder, encoding: "utf8" }).stdout.trim();
}
