import { existsSync, readdirSync, readFileSync } from "node:fs";
import { parse, parseAllDocuments } from "yaml";

/** A file or folder of `deploy/`. */
export function placeOf(name: string): URL {
  return new URL(`../../deploy/${name}`, import.meta.url);
}

export function textOf(name: string): string {
  return readFileSync(placeOf(name), "utf8");
}

export function isThere(name: string): boolean {
  return existsSync(placeOf(name));
}

/** A node of a YAML file that nobody has described. */
export type Tree = string | number | boolean | null | undefined | Tree[] | { [key: string]: Tree };

/** A file with one document, merge keys resolved. */
export function treeOf(name: string): Tree {
  return parse(textOf(name), { merge: true });
}

/** What lies at a path of keys and indexes; undefined where nothing does. */
export function at(tree: Tree, ...path: readonly (string | number)[]): Tree {
  return path.reduce<Tree>((node, key) => {
    if (Array.isArray(node)) return typeof key === "number" ? node[key] : undefined;
    return typeof node === "object" && node !== null ? node[key] : undefined;
  }, tree);
}

/** The entries of a list; none where there is no list. */
export function listAt(tree: Tree, ...path: readonly (string | number)[]): Tree[] {
  const found = at(tree, ...path);
  return Array.isArray(found) ? found : [];
}

/** Every value that has this key, wherever it lies. */
export function valuesOf(tree: Tree, key: string): Tree[] {
  if (typeof tree !== "object" || tree === null) return [];
  const own = Object.entries(tree).flatMap(([name, value]) => (name === key ? [value] : []));
  return [...own, ...Object.values(tree).flatMap((value) => valuesOf(value, key))];
}

/** The objects of all manifests, those that are only examples included. */
export function manifests(): Tree[] {
  const names = readdirSync(placeOf("kubernetes/")).filter((name) => name.endsWith(".yaml"));
  return names
    .filter((name) => name !== "kustomization.yaml")
    .flatMap((name) =>
      parseAllDocuments(textOf(`kubernetes/${name}`)).map((document): Tree => document.toJS()),
    );
}

/** The object of this kind and name. */
export function manifest(kind: string, name: string): Tree {
  const found = manifests().find(
    (each) => at(each, "kind") === kind && at(each, "metadata", "name") === name,
  );
  if (found === undefined) throw new Error(`there is no ${kind} ${name}`);
  return found;
}
