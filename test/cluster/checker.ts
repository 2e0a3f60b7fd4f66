import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTool } from "../support/tools.js";
import type { Entry } from "./history.js";

/** The guarantee of a deployment. */
export type Level = "durable" | "best-effort";

/** The result of the checker for a history; see `checker/main.go`. */
export interface Verdict {
  readonly level: Level;
  readonly operations: number;
  readonly tickets: number;
  readonly unknown: number;
  /** Number of calls without a reply before their deadline. */
  readonly overdue: number;
  readonly unborn: number;
  readonly gone: number;
  /** Longest delay, in milliseconds, between the first reply with an end and the watcher that heard of it last. */
  readonly slowestWatcher: number;
  readonly violationCount: number;
  readonly violations: readonly Violation[];
  readonly losses: {
    readonly tickets: number;
    readonly writes: number;
    readonly loginsTwice: number;
    readonly loginsAfterEnd: number;
  };
}

export interface Violation {
  readonly rule: string;
  readonly ticket: string;
  readonly text: string;
  readonly history: readonly Entry[];
  readonly visualization?: string;
}

let executable: string | undefined;

const go = findTool("Go", () => {
  const result = build();
  if ("problem" in result) return result.problem;
  executable = result.path;
  return undefined;
});

/** True if the tests that need the checker run. */
export const hasChecker = go.isUsable;

/** Suffix for the titles of tests that need the checker. */
export const withoutChecker = go.skipNote;

/** Builds the checker. Go caches what it has compiled, so this is slow only the first time. */
function build(): { readonly path: string } | { readonly problem: string } {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-checker-"));
  process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  const path = join(folder, "checker");
  const cwd = fileURLToPath(new URL("./checker/", import.meta.url));
  const { status, error, stderr } = spawnSync("go", ["build", "-o", path, "."], { cwd, encoding: "utf8" });
  if (error) return { problem: error.message };
  return status === 0 ? { path } : { problem: stderr.trim() };
}

/**
 * Checks the history in a file against the guarantees of the level. Visualizations of unexplained tickets go to
 * the folder, if one is given.
 *
 * @throws Error when the history cannot be read.
 */
export async function check(history: string, level: Level, visualizations?: string): Promise<Verdict> {
  if (executable === undefined) throw new Error("the checker has not been built");
  const args = ["--level", level, ...(visualizations ? ["--visualizations", visualizations] : []), history];
  const child = spawn(executable, args, { stdio: ["ignore", "pipe", "pipe"] });
  const output = { out: "", problem: "" };
  child.stdout.setEncoding("utf8").on("data", (text: string) => {
    output.out += text;
  });
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    output.problem += text;
  });
  const [code] = await once(child, "close");
  if (code !== 0 && code !== 1) throw new Error(`the checker ended with ${code}: ${output.problem.trim()}`);
  const verdict: Verdict = JSON.parse(output.out);
  if ((code === 1) !== verdict.violationCount > 0)
    throw new Error("the checker's exit code is not its verdict");
  return verdict;
}
