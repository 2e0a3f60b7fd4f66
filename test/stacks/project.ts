import { cpSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { anyPortEnvironment, type RunningProcess, readyAddresses, startProcess } from "../support/process.js";
import { findTool, toolModeOf } from "../support/tools.js";
import type { Stack } from "./stacks.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Time-out for a step of a project, such as its installation, in milliseconds. */
const timeoutMs = 240_000;

/** The tests of the stacks install packages, which takes minutes. */
export const packages = findTool("packages of npm, and minutes", () =>
  toolModeOf(process.env) === "all" ? undefined : "only TEST_TOOLS=all runs them",
);

/** A new project with the example of a stack and the packages that it needs. */
export interface Project {
  readonly folder: string;
  /** Runs a shell command in the project. Resolves with its standard output. Rejects if it fails. */
  run(command: string): Promise<string>;
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
  const name = await runIn(root, `npm pack --silent --pack-destination ${folder}`);
  return join(folder, name);
}

/** Runs a shell command in a folder. Resolves with its standard output. Rejects if it fails. */
async function runIn(folder: string, command: string): Promise<string> {
  const { code, stdout, stderr } = await startIn(folder, command).exited;
  if (code !== 0) throw new Error(`${command} exited with ${code}: ${stdout}${stderr}`);
  return stdout.trim();
}

const startIn = (folder: string, command: string, variables: Readonly<Record<string, string>> = {}) =>
  startProcess("bash", ["-c", command], variables, { folder, timeoutMs });

/** Creates the project of a stack in an empty folder. The folder is removed at the end of the test. */
export async function createProject({ name, packages = [], build }: Stack): Promise<Project> {
  const folder = mkdtempSync(join(tmpdir(), `qrlogin-${name}-`));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true, maxRetries: 5 }));
  cpSync(join(root, "examples/stacks", name), folder, { recursive: true });
  const project: Project = {
    folder,
    run: (command) => runIn(folder, command),
    start: (command, variables) => startIn(folder, command, variables),
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

/** Resolves with a token of a demo user, from `qrlogin dev-token` of the project. */
export const developmentToken = (project: Project, user: "alice" | "bob"): Promise<string> =>
  project.run(`npx qrlogin dev-token ${user}`);
