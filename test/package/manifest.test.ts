import { existsSync, readdirSync, readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { type Manifest, partialPackages } from "../../scripts/packages/partial_packages.js";

const root = new URL("../../", import.meta.url);
const manifest = JSON.parse(readFileSync(new URL("package.json", root), "utf8")) as Manifest & {
  readonly types: string;
  readonly typesVersions: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  readonly files: readonly string[];
};

/** Returns the declarations of each entry, by its path without `./`. */
const typesOf = ({ exports }: Pick<Manifest, "exports">) =>
  Object.entries(exports).flatMap(([path, target]) =>
    typeof target === "object" && target.types ? [[path.replace(/^\.\/?/, ""), target.types] as const] : [],
  );

it("the types of every entry are also found by the old resolution of TypeScript", () => {
  const { types, typesVersions } = manifest;
  for (const [path, target] of typesOf(manifest)) {
    expect([path, path === "" ? types : typesVersions["*"]?.[path]?.[0]]).toEqual([path, target]);
  }
});

it("the root of the package is the client", () => {
  expect(manifest.exports["."]).toEqual(manifest.exports["./client"]);
});

it("each small package has a folder with its README, and the version, Node.js and types of the whole one", () => {
  expect(readdirSync(new URL("packages", root)).sort()).toEqual(Object.keys(partialPackages).sort());
  for (const [name, { manifestOf }] of Object.entries(partialPackages)) {
    const { version, license, exports, typesVersions, repository } = manifestOf(manifest) as typeof manifest;
    expect({ version, license }).toEqual({ version: manifest.version, license: manifest.license });
    expect(repository).toEqual({ ...manifest.repository, directory: `packages/${name}` });
    expect(exports["."]).toEqual(manifest.exports[`./${name}`]);
    const expected = typesOf({ exports }).filter(([path]) => path !== "");
    expect(Object.entries(typesVersions["*"] ?? {})).toEqual(
      expected.map(([path, types]) => [path, [types]]),
    );
  }
  expect(partialPackages.client?.manifestOf(manifest).engines).toEqual(manifest.engines);
  expect(Object.keys(partialPackages.widget?.manifestOf(manifest).exports ?? {})).toContain("./react");
});

it("everything that package.json puts into the package is in the repository, or is built", () => {
  const missing = manifest.files.filter(
    (path) => !path.startsWith("dist/") && !existsSync(new URL(path, root)),
  );
  expect(missing).toEqual([]);
});
