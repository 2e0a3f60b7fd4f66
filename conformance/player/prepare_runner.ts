import { spawn } from "node:child_process";
import { missingToolchain } from "./languages.js";

/**
 * Starts a runner once with no commands, so that it builds what it needs. Returns why the language is to be skipped,
 * or undefined.
 *
 * @throws Error when the runner fails.
 */
export async function prepareRunner([file, ...parameters]: readonly [string, ...string[]]): Promise<
  string | undefined
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
  if (code === missingToolchain) return errorText.trim();
  if (code !== 0) throw new Error(`${file} has ended with ${code} before its first command:\n${errorText}`);
  return undefined;
}
