import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";

/** Returns the URL of a file or folder of `deploy/`. */
export function deployUrl(name: string): URL {
  return new URL(`../../deploy/${name}`, import.meta.url);
}

export function textOf(name: string): string {
  return readFileSync(deployUrl(name), "utf8");
}

export function fileExists(name: string): boolean {
  return existsSync(deployUrl(name));
}

/** Node of a parsed YAML file. */
export type Tree = string | number | boolean | null | undefined | Tree[] | { [key: string]: Tree };

/** Parses a file with one document, with merge keys resolved. */
export function treeOf(name: string): Tree {
  return parse(textOf(name), { merge: true });
}

/** Returns the node at a path of keys and indexes, or undefined if there is none. */
export function at(tree: Tree, ...path: readonly (string | number)[]): Tree {
  return path.reduce<Tree>((node, key) => {
    if (Array.isArray(node)) return typeof key === "number" ? node[key] : undefined;
    return typeof node === "object" && node !== null ? node[key] : undefined;
  }, tree);
}

/** Returns the entries of a list, or none if there is no list. */
export function listAt(tree: Tree, ...path: readonly (string | number)[]): Tree[] {
  const found = at(tree, ...path);
  return Array.isArray(found) ? found : [];
}

/** Returns all values with this key, at any depth. */
export function valuesOf(tree: Tree, key: string): Tree[] {
  if (typeof tree !== "object" || tree === null) return [];
  const own = Object.entries(tree).flatMap(([name, value]) => (name === key ? [value] : []));
  return [...own, ...Object.values(tree).flatMap((value) => valuesOf(value, key))];
}

/** Returns the objects of all manifests, including the examples. */
export function manifests(): Tree[] {
  const names = readdirSync(deployUrl("kubernetes/")).filter((name) => name.endsWith(".yaml"));
  return names
    .filter((name) => name !== "kustomization.yaml")
    .flatMap((name) =>
      parseAllDocuments(textOf(`kubernetes/${name}`)).map((document): Tree => document.toJS()),
    );
}

/** Returns the object of this kind and name. */
export function manifest(kind: string, name: string): Tree {
  const found = manifests().find(
    (each) => at(each, "kind") === kind && at(each, "metadata", "name") === name,
  );
  if (found === undefined) throw new Error(`no manifest has the ${kind} ${name}`);
  return found;
}
