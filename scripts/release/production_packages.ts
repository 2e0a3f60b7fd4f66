import { readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** Installed package that runs in production. */
export interface ProductionPackage {
  /** Path in the repository, such as `node_modules/pino`. */
  readonly path: string;
  readonly name: string;
  readonly version: string;
  /** SPDX expression of its own manifest. */
  readonly license: string | undefined;
}

/** Returns the packages of the lock file that `npm prune --omit=dev` keeps. */
export function productionPackages(): ProductionPackage[] {
  const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean; version: string }> } =
    JSON.parse(readFileSync(`${root}package-lock.json`, "utf8"));
  return Object.entries(lock.packages)
    .filter(([path, { dev, devOptional }]) => path !== "" && !dev && !devOptional)
    .map(([path, { version }]) => {
      const manifest = JSON.parse(readFileSync(`${root}${path}/package.json`, "utf8"));
      return { path, name: manifest.name, version, license: manifest.license };
    });
}
