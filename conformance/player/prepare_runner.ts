import { missingToolchain } from "./languages.js";
import { runProgram } from "./program.js";

/** Why a language is not played. */
export interface Obstacle {
  readonly kind: "skipped" | "failed";
  readonly reason: string;
}

/** Time in which a runner is built, in milliseconds. It may download what it needs. */
const buildTimeout = 20 * 60_000;

/**
 * Starts a runner once with no commands, so that it builds what it needs. Resolves with the obstacle if there is one:
 * the toolchain is missing, or the runner fails or does not end.
 */
export async function prepareRunner(command: readonly [string, ...string[]]): Promise<Obstacle | undefined> {
  const { code, errorOutput } = await runProgram(command, { timeoutMs: buildTimeout });
  if (code === 0) return undefined;
  if (code === missingToolchain) return { kind: "skipped", reason: errorOutput.trim() };
  return {
    kind: "failed",
    reason: `the runner has ended with ${code ?? "a signal"} before its first command:\n${errorOutput}`,
  };
}
