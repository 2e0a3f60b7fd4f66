import { readFileSync, writeFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Semantic version without build metadata, such as `1.2.0` or `1.2.0-rc.1`. */
export const versionPattern = /^\d+\.\d+\.\d+(-[0-9A-Za-z.-]+)?$/;

/** A place outside of package.json that states the version. */
interface VersionPlace {
  readonly file: string;
  /** Matches the text before the version, with the groups `before` and `version`. Matches once in the file. */
  readonly pattern: RegExp;
}

const version = String.raw`(?<version>\d+\.\d+\.\d+(?:-[0-9A-Za-z.-]+)?)`;
const place = (file: string, before: string): VersionPlace => ({
  file,
  pattern: new RegExp(`(?<before>${before})${version}`, "m"),
});

const stacks = ["commonjs", "express", "fastify", "hono", "koa", "nest", "next", "node", "php"];

/** Places that a package manager or a reader needs, and that therefore repeat the version of package.json. */
export const versionPlaces: readonly VersionPlace[] = [
  place("package-lock.json", '^  "version": "'),
  place("package-lock.json", '^      "name": "qrlogin",\n      "version": "'),
  place("clients/cpp/CMakeLists.txt", String.raw`^project\(qrlogin VERSION `),
  place("clients/go/options.go", String.raw`userAgent +=\s"qrlogin-go/`),
  place("clients/java/README.md", "<version>"),
  place("clients/java/pom.xml", "^  <version>"),
  place("clients/kotlin/README.md", "<version>"),
  place("clients/kotlin/pom.xml", "^  <version>"),
  place("clients/python/pyproject.toml", '^version = "'),
  place("clients/rust/Cargo.toml", '^version = "'),
  place("clients/rust/Cargo.lock", '^name = "qrlogin"\nversion = "'),
  place("deploy/kubernetes/kustomization.yaml", 'newTag: "'),
  place("gen/openapi.json", '^    "version": "'),
  ...stacks.map((stack) => place(`examples/stacks/${stack}/package.json`, '"qrlogin": "')),
];

/** Returns the version of package.json, from which all others follow. */
export function packageVersion(): string {
  return (JSON.parse(readFileSync(`${root}package.json`, "utf8")) as { version: string }).version;
}

/**
 * Returns the version at a place.
 *
 * @throws Error when the place is not in its file.
 */
export function versionAt({ file, pattern }: VersionPlace): string {
  const found = pattern.exec(readFileSync(root + file, "utf8"))?.groups?.version;
  if (found === undefined) throw new Error(`${file} has no version after ${pattern.source}`);
  return found;
}

/** Writes a version into package.json and to all places. */
export function writeVersion(next: string): void {
  for (const { file, pattern } of [place("package.json", '^  "version": "'), ...versionPlaces]) {
    const text = readFileSync(root + file, "utf8");
    writeFileSync(
      root + file,
      text.replace(pattern, (...match) => `${match.at(-1).before}${next}`),
    );
  }
}
