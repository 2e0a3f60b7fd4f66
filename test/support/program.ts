import { join } from "node:path";

/** The environment variable that names the folder of the built program to the processes that run the tests. */
export const folderVariable = "TEST_PROGRAM_FOLDER";

/**
 * Returns the built file of a source file such as `src/main.ts`. Returns undefined outside of Vitest, where nothing
 * is built.
 */
export function builtFile(source: string): string | undefined {
  const folder = process.env[folderVariable];
  return folder && join(folder, "dist", source.replace(/\.ts$/, ".js"));
}

/** Returns the arguments for Node.js that run a source file: as built, or by tsx where nothing is built. */
export function programArgs(source: string): readonly string[] {
  const built = builtFile(source);
  return built ? [built] : ["--import", "tsx", source];
}
