// Compares a bill of materials with the lock file: `check_sbom.ts FILE`.
import { readFileSync } from "node:fs";
import { productionPackages } from "./production_packages.js";

interface Component {
  readonly purl: string;
  readonly components?: readonly Component[];
}

const [file = ""] = process.argv.slice(2);
const { components } = JSON.parse(readFileSync(file, "utf8")) as { components: readonly Component[] };
const flat = (list: readonly Component[]): string[] =>
  list.flatMap(({ purl, components: inner = [] }) => [nameOf(purl), ...flat(inner)]);
const listed = new Set(flat(components));
const installed = new Set(productionPackages().map(({ name, version }) => `${name}@${version}`));
const missing = [...installed].filter((one) => !listed.has(one));
const extra = [...listed].filter((one) => !installed.has(one));
if (missing.length > 0) console.error(`the bill of materials lacks ${missing.join(", ")}`);
if (extra.length > 0) console.error(`the bill of materials has ${extra.join(", ")}, which production lacks`);
if (missing.length + extra.length > 0) process.exit(1);
console.log(`bill of materials: ${installed.size} packages, those of the lock file`);

/** Returns the name and version of a package URL, such as `pkg:npm/%40grpc/grpc-js@1.14.7?…`. */
function nameOf(purl: string): string {
  return decodeURIComponent(purl.replace(/^pkg:npm\//, "").replace(/[?#].*$/, ""));
}
