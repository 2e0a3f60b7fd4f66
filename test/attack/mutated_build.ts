import { mkdirSync, readFileSync } from "node:fs";
import { dirname, join, relative } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";
import { build, type Plugin } from "esbuild";
import type { startService } from "../../src/compose/service.js";
import type { startGateway } from "../../src/gateway/server.js";
import type { createMemoryStore } from "../../src/store/memory/memory_store.js";
import type { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { builtFile } from "../support/program.js";

/** The parts of a build of the program that a test server is made of. */
export interface Build {
  readonly startService: typeof startService;
  readonly createMemoryStore: typeof createMemoryStore;
  readonly startGateway: typeof startGateway;
  /** Class of the errors that the build expects of a store. */
  readonly StoreUnavailableError: typeof StoreUnavailableError;
}

/** A change to the source that takes one defence out. */
export interface Change {
  /** File under `src`. */
  readonly file: string;
  /** Text that occurs exactly once in the file. */
  readonly original: string;
  readonly replacement: string;
}

const root = fileURLToPath(new URL("../../", import.meta.url));

const entry = `
export { startService } from "./src/compose/service.ts";
export { createMemoryStore } from "./src/store/memory/memory_store.ts";
export { startGateway } from "./src/gateway/server.ts";
export { StoreUnavailableError } from "./src/store/ticket_store.ts";
`;

let count = 0;

/**
 * Builds the program with these changes and loads it beside the usual one.
 *
 * @throws Error when an original text does not occur exactly once: the source has changed, and the change must follow.
 */
export async function buildWith(changes: readonly Change[]): Promise<Build> {
  const applied = new Set<Change>();
  // Vitest loads files below this folder as they are. The packages are found in a folder further up.
  const outfile = join(dirname(builtFile("src/main.ts") ?? ""), `node_modules/mutated/${count++}.mjs`);
  mkdirSync(dirname(outfile), { recursive: true });
  await build({
    stdin: { contents: entry, resolveDir: root, loader: "ts" },
    outfile,
    ...{ bundle: true, packages: "external", format: "esm", platform: "node", target: "node20" },
    logLevel: "warning",
    plugins: [mutate(changes, applied)],
  });
  const missed = changes.find((change) => !applied.has(change));
  if (missed) throw new Error(`src/${missed.file} is not part of the build`);
  return (await import(pathToFileURL(outfile).href)) as Build;
}

function mutate(changes: readonly Change[], applied: Set<Change>): Plugin {
  return {
    name: "mutate",
    setup({ onLoad }) {
      onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => {
        const file = relative(join(root, "src"), path);
        let contents = readFileSync(path, "utf8");
        for (const change of changes) {
          if (change.file !== file) continue;
          const parts = contents.split(change.original);
          if (parts.length !== 2)
            throw new Error(`src/${file} has ${parts.length - 1} times: ${change.original}`);
          contents = parts.join(change.replacement);
          applied.add(change);
        }
        // A bundle has one address, and its modules read files beside their own.
        const url = JSON.stringify(pathToFileURL(builtFile(`src/${file}`) ?? path).href);
        return { contents: contents.replaceAll("import.meta.url", url), loader: "ts" };
      });
    },
  };
}
