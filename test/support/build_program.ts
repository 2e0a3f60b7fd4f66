import { cpSync, mkdirSync, mkdtempSync, readdirSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { build } from "esbuild";
import { folderVariable } from "./program.js";

const root = fileURLToPath(new URL("../../", import.meta.url));

/**
 * Builds the program once for all tests, in the layout of `npm run build` and without its type check. A process
 * starts with it in half the processor time that tsx takes. Vitest calls it before the first test.
 */
export async function setup(): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-program-"));
  const built = join(folder, "dist");
  const sources = ["src", "gen", "examples"].flatMap((room) =>
    readdirSync(join(root, room), { recursive: true, encoding: "utf8" })
      // The examples of stacks are projects of their own.
      .filter((file) => file.endsWith(".ts") && !file.startsWith("stacks/"))
      .map((file) => join(root, room, file)),
  );
  await build({
    ...{ entryPoints: sources, outdir: built, outbase: root },
    ...{ format: "esm", platform: "node", target: "node20", logLevel: "warning" },
  });
  for (const file of readdirSync(join(root, "gen"))) {
    if (/\.(binpb|json)$/.test(file)) cpSync(join(root, "gen", file), join(built, "gen", file));
  }
  cpSync(join(root, "gen/widget"), join(built, "gen/widget"), { recursive: true });
  mkdirSync(join(built, "src/demo"), { recursive: true });
  cpSync(join(root, "src/demo/pages"), join(built, "src/demo/pages"), { recursive: true });
  cpSync(join(root, "package.json"), join(folder, "package.json"));
  symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
  process.env[folderVariable] = folder;
}

/** Removes the built program. */
export function teardown(): void {
  const folder = process.env[folderVariable];
  if (folder) rmSync(folder, { recursive: true, force: true });
}
