import { join } from "node:path";

/** The environment variable that names the folder of the built program to the processes that run the tests. */
export const folderVariable = "TEST_PROGRAM_FOLDER";

/** Returns the arguments for Node.js that run a source file such as `src/main.ts`: as built, or by tsx outside of Vitest. */
export function programArgs(source: string): readonly string[] {
  const folder = process.env[folderVariable];
  if (!folder) return ["--import", "tsx", source];
  return [join(folder, "dist", source.replace(/\.ts$/, ".js"))];
}
