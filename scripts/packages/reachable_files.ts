import { existsSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { posix } from "node:path";

/** The files that an entry of a package needs. */
export interface ReachableFiles {
  /** Paths in the repository. */
  readonly files: ReadonlySet<string>;
  /** Names of the packages that its JavaScript imports. */
  readonly packages: ReadonlySet<string>;
}

/**
 * Follows the imports of built files, both of JavaScript and of declarations.
 *
 * @param root Folder of the repository, with a slash at its end.
 * @param entries Paths in it, such as `./dist/src/client/index.js`.
 */
export function reachableFiles(root: string, entries: readonly string[]): ReachableFiles {
  const files = new Set<string>();
  const packages = new Set<string>();
  const add = (path: string) => {
    const file = posix.normalize(path);
    if (files.has(file)) return;
    files.add(file);
    if (!/\.(js|d\.ts)$/.test(file)) return;
    const declared = /\.d\.ts$/.test(file);
    for (const name of importsOf(readFileSync(root + file, "utf8"))) {
      if (name.startsWith(".")) {
        const target = posix.join(posix.dirname(file), name);
        add(declared ? target.replace(/\.js$/, ".d.ts") : target);
      } else if (!declared && !builtinModules.includes(name.replace(/^node:/, ""))) {
        packages.add(name.startsWith("@") ? name.split("/", 2).join("/") : (name.split("/")[0] ?? ""));
      }
    }
    // A declaration may name a module that has no other importer, and the other way round.
    const partner = declared ? file.replace(/\.d\.ts$/, ".js") : file.replace(/\.js$/, ".d.ts");
    if (existsSync(root + partner)) add(partner);
  };
  for (const entry of entries) add(entry);
  return { files, packages };
}

/** Returns the specifiers of all imports and exports, as TypeScript writes them. */
function importsOf(source: string): string[] {
  const statements = source.matchAll(
    /^(?:import|export)\b[^;]*?\bfrom "([^"]+)";|^import "([^"]+)";|\bimport\("([^"]+)"\)/gms,
  );
  return [...statements].map(([, from, bare, dynamic]) => from ?? bare ?? dynamic ?? "");
}
