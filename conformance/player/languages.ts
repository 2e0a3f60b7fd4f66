import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The languages that have a client, in the order of a run. Python has two: for threads and for asyncio. */
export const languages = [
  "typescript",
  "go",
  "python",
  "python-aio",
  "java",
  "kotlin",
  "rust",
  "cpp",
] as const;
export type Language = (typeof languages)[number];

/** Exit code of a runner whose toolchain is missing or too old. */
export const missingToolchain = 3;

/** Returns the command that starts the runner of a language, or undefined if it has none. */
export function runnerCommandOf(language: Language): [string, ...string[]] | undefined {
  if (language === "typescript") {
    return [process.execPath, "--import", "tsx", `${root}conformance/typescript_runner.ts`];
  }
  const [folder, ...variant] = language.split("-");
  const runner = `${root}clients/${folder}/runner`;
  return existsSync(runner) ? [runner, ...variant.map((name) => `--${name}`)] : undefined;
}
