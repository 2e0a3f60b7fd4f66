import { spawn } from "node:child_process";
import { missingToolchain } from "./languages.js";

/** Why a language is not played. */
export interface Obstacle {
  readonly kind: "skipped" | "failed";
  readonly reason: string;
}

/**
 * Starts a runner once with no commands, so that it builds what it needs. Resolves with the obstacle if there is one:
 * the toolchain is missing, or the runner fails.
 */
export async function prepareRunner([file, ...parameters]: readonly [string, ...string[]]): Promise<
  Obstacle | undefined
> {
  const child = spawn(file, parameters, { stdio: ["ignore", "ignore", "pipe"] });
  let errorText = "";
  child.stderr.setEncoding("utf8").on("data", (text: string) => {
    errorText += text;
  });
  const code = await new Promise<number | null>((resolve, reject) => {
    child.on("error", reject);
    child.on("close", resolve);
  });
  if (code === 0) return undefined;
  if (code === missingToolchain) return { kind: "skipped", reason: errorText.trim() };
  return {
    kind: "failed",
    reason: `the runner has ended with ${code} before its first command:\n${errorText}`,
  };
}
