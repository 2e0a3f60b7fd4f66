// Cuts a package out of the built one: `build.ts client FOLDER` writes @qrlogin/client into FOLDER, ready for
// `npm pack`.
import { cpSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { type Manifest, partialPackages } from "./partial_packages.js";
import { reachableFiles } from "./reachable_files.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const [name = "", folder = ""] = process.argv.slice(2);
const described = partialPackages[name];
if (!described || !folder) {
  console.error(`usage: build.ts ${Object.keys(partialPackages).join("|")} FOLDER`);
  process.exit(2);
}
const manifest = JSON.parse(readFileSync(`${root}package.json`, "utf8")) as Manifest;
const { exports, ...ownManifest } = described.manifestOf(manifest);
const { files, packages } = reachableFiles(root, Object.values(exports).flatMap(targetsOf));

const dependencies = Object.entries(manifest.dependencies).filter(([dependency]) => packages.has(dependency));
const unknown = [...packages].filter((one) => !(one in manifest.dependencies));
if (unknown.length > 0)
  throw new Error(`${name} imports ${unknown.join(", ")}, which package.json does not have`);

for (const file of files) copy(file);
copy("LICENSE");
cpSync(`${root}packages/${name}/README.md`, join(folder, "README.md"));
const complete = { ...ownManifest, exports, dependencies: Object.fromEntries(dependencies) };
writeFileSync(join(folder, "package.json"), `${JSON.stringify(complete, undefined, 2)}\n`);

function copy(file: string): void {
  mkdirSync(dirname(join(folder, file)), { recursive: true });
  cpSync(`${root}${file}`, join(folder, file));
}

function targetsOf(target: string | Readonly<Record<string, string>>): string[] {
  return typeof target === "string" ? [target] : Object.values(target);
}
