import { spawnSync } from "node:child_process";
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { findTool } from "../support/tools.js";
import { createProject, shell } from "./commands.js";

/** Command in a folder. */
export interface Command {
  readonly folder: string;
  readonly command: string;
  readonly args: readonly string[];
}

/** A JDK and Maven. */
export const maven = findTool("a JDK and Maven", () =>
  spawnSync("mvn", ["--version"]).status === 0 ? undefined : "mvn is missing",
);

/** Builds a Maven project in a temporary folder. Resolves with the command that runs its main class. */
export async function buildWithMaven(source: string, mainClass: string): Promise<Command> {
  const folder = createProject(source);
  const goals = "compile dependency:build-classpath -Dmdep.outputFile=classpath";
  await shell(folder, `mvn --quiet --batch-mode ${goals}`);
  const libraries = readFileSync(join(folder, "classpath"), "utf8").trim();
  return { folder, command: "java", args: ["-cp", `target/classes:${libraries}`, mainClass] };
}
