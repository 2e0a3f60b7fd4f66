import { cpSync, mkdirSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect } from "vitest";
import { productionPackages } from "../../scripts/release/production_packages.js";
import { startProcess } from "../support/process.js";
import { textOf } from "./files.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const lines = textOf("Dockerfile")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n");

/** Returns the arguments of the instructions with this name, in file order. */
export function instructions(name: string, of = lines): string[] {
  return of.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
}

const stages = lines.flatMap((line, index) => (line.startsWith("FROM ") ? [index] : []));
export const buildStage = lines.slice(stages[0], stages[1]);
export const lastStage = lines.slice(stages[1]);

/** Parses the arguments of a COPY instruction. */
function copyOf(args: string): { from: string | undefined; sources: string[]; target: string } {
  const all = args.split(" ");
  const from = all.find((arg) => arg.startsWith("--from="))?.slice("--from=".length);
  const paths = all.filter((arg) => !arg.startsWith("--"));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
}

/** Files that .dockerignore lets through. It excludes everything else. */
const letThrough = readFileSync(join(root, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("!"))
  .map((line) => line.slice(1));

/** Executes the COPY instructions of a stage as a container engine would. */
function copyAll(stage: readonly string[], context: string, before: string, to: string): void {
  for (const { from, sources, target } of instructions("COPY", [...stage]).map(copyOf)) {
    for (const source of sources) {
      const name = source.replace(/^\/app\//, "");
      const isFolder = target.endsWith("/");
      if (!from) expect(letThrough, `${source} in .dockerignore`).toContain(name);
      const destination = join(to, isFolder ? join(target, name.split("/").at(-1) ?? "") : target);
      mkdirSync(dirname(destination), { recursive: true });
      cpSync(join(from ? before : context, name), destination, { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** Copies the packages that `npm prune --omit=dev` keeps. */
function keepProductionPackages(to: string): void {
  for (const { path } of productionPackages()) {
    const folder = join(root, path);
    const isOwn = (file: string) =>
      file === folder || relative(folder, file).split(sep)[0] !== "node_modules";
    cpSync(folder, join(to, path), { recursive: true, filter: isOwn });
  }
}

/**
 * Executes the steps of the Dockerfile in a folder, with the packages of this clone. Resolves with the folder of the
 * image's files.
 */
export async function buildImageFolder(folder: string): Promise<string> {
  const [build, image] = [join(folder, "build"), join(folder, "image")];
  copyAll(buildStage, root, "", build);
  symlinkSync(join(root, "node_modules"), join(build, "node_modules"));
  const built = await startProcess("npm", ["run", "build", "--prefix", build]).exited;
  expect(built.code, built.stderr + built.stdout).toBe(0);
  rmSync(join(build, "node_modules"));
  keepProductionPackages(build);
  copyAll(lastStage, root, build, image);
  return image;
}
