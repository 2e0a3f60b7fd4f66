import { spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { findTool } from "../support/tools.js";
import type { Entry } from "./history.js";

/** What a deployment promises. */
export type Level = "durable" | "best-effort";

/** What the checker says of a history; see `checker/main.go`. */
export interface Verdict {
  readonly level: Level;
  readonly operations: number;
  readonly tickets: number;
  readonly unknown: number;
  /** Calls that were not answered before their deadline. */
  readonly overdue: number;
  readonly unborn: number;
  readonly gone: number;
  /** How long after anybody else the last of all watchers heard of an end, in milliseconds. */
  readonly slowestWatcher: number;
  readonly violationCount: number;
  readonly violations: readonly Violation[];
  readonly losses: {
    readonly tickets: number;
    readonly writes: number;
    readonly loginsTwice: number;
    readonly loginsAfterRefusal: number;
  };
}

export interface Violation {
  readonly rule: string;
  readonly ticket: string;
  readonly text: string;
  readonly history: readonly Entry[];
  readonly picture?: string;
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

/** For titles of tests that need it. */
export const withoutChecker = go.skipNote;

/** Go keeps what it has compiled: all but the first time this takes a moment. */
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
 * Judges the history in a file by what the level promises. Pictures of what has no explanation go to the folder, if one is given.
 *
 * @throws Error when the history cannot be read.
 */
export async function check(history: string, level: Level, visualizations?: string): Promise<Verdict> {
  if (executable === undefined) throw new Error("the checker has not been built");
  const args = ["--level", level, ...(visualizations ? ["--pictures", visualizations] : []), history];
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
