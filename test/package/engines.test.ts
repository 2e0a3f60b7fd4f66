import { readFileSync } from "node:fs";
import { minVersion, satisfies, subset } from "semver";
import { describe, expect, it } from "vitest";

interface Manifest {
  readonly version: string;
  readonly engines?: { readonly node?: string };
  readonly dependencies?: Readonly<Record<string, string>>;
  readonly devDependencies?: Readonly<Record<string, string>>;
  readonly resolutions: Readonly<Record<string, string>>;
  readonly dev?: boolean;
}

const read = (name: string) => readFileSync(new URL(`../../${name}`, import.meta.url), "utf8");
const manifest = JSON.parse(read("package.json")) as Manifest;
const lock = JSON.parse(read("package-lock.json")) as { packages: Readonly<Record<string, Manifest>> };
const packages = Object.entries(lock.packages).filter(([path]) => path !== "");
const promised = manifest.engines?.node ?? "";

/**
 * Range of Node.js 22 versions for development. The tools that check the repository need it; the product does
 * not.
 */
const forDevelopment = promised.replace("^22.12.0", "^22.13.0");

describe("on the Node.js versions that package.json promises", () => {
  it("every package in the lock file runs on the promised Node.js versions", () => {
    const unfit = packages
      .filter(([, { engines, dev }]) => !subset(dev ? forDevelopment : promised, engines?.node ?? "*"))
      .map(([path, { version, engines }]) => `${path} ${version} asks for ${engines?.node}`);
    expect(unfit).toEqual([]);
  });

  it("the README names the oldest promised versions, and the types used are of the first one's major version", () => {
    const floor = minVersion(promised)?.version ?? "";
    const floors = promised.split(" || ").map((range) => minVersion(range)?.version);
    const [, said = ""] = /with Node\.js ([\d., ]+) or newer/.exec(read("README.md")) ?? [];
    expect(said.split(", ").map((version) => minVersion(version)?.version)).toEqual(floors);
    expect(satisfies(manifest.devDependencies?.["@types/node"] ?? "", `^${floor}`)).toBe(true);
  });

  it("CI tests one promised version per major version", () => {
    const [, list = ""] = /^for version in (.*); do$/m.exec(read(".ci/run")) ?? [];
    const tried = list.split(" ").map((version) => minVersion(version)?.version ?? "");
    expect(tried.filter((version) => !satisfies(version, promised))).toEqual([]);
    const majors = promised.split(" || ").map((range) => minVersion(range)?.major);
    expect(tried.map((version) => Number(version.split(".")[0]))).toEqual(majors);
  });
});

describe("the lock file", () => {
  it("the lock file names no registry, so that each installation uses its configured one", () => {
    expect(packages.filter(([, entry]) => "resolved" in entry)).toEqual([]);
    expect(read("package-lock.json")).not.toMatch(/\.tgz|registry/);
  });

  it("the lock file has the versions that yarn, which does not read it, is configured to use", () => {
    for (const [name, version] of Object.entries(manifest.resolutions))
      expect([name, lock.packages[`node_modules/${name}`]?.version]).toEqual([name, version]);
  });
});
