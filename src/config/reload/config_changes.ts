import { isMap } from "../schema/schema_tree.js";

/** Value that differs between two configurations. */
export interface ConfigChange {
  /** Path such as `grpc.address` or `apps[shop].name`. Entries of lists have their id, if all of them have one. */
  readonly path: string;
  readonly before: unknown;
  readonly after: unknown;
}

/** Returns the values that differ, at the deepest paths. A list without ids is one value. */
export function changesBetween(before: unknown, after: unknown, path = ""): readonly ConfigChange[] {
  const [entriesBefore, entriesAfter] = [entriesOf(before, path), entriesOf(after, path)];
  if (!entriesBefore || !entriesAfter) {
    return JSON.stringify(before) === JSON.stringify(after) ? [] : [{ path, before, after }];
  }
  const paths = new Set([...entriesBefore.keys(), ...entriesAfter.keys()]);
  return [...paths].flatMap((each) => changesBetween(entriesBefore.get(each), entriesAfter.get(each), each));
}

/** Returns the entries of a map, or of a list whose entries have ids, by path. */
function entriesOf(node: unknown, path: string): ReadonlyMap<string, unknown> | undefined {
  if (isMap(node)) {
    const prefix = path === "" ? "" : `${path}.`;
    return new Map(Object.entries(node).map(([key, value]) => [`${prefix}${key}`, value]));
  }
  if (!Array.isArray(node) || !node.every(hasId)) return undefined;
  return new Map(node.map((entry) => [`${path}[${entry.id}]`, entry]));
}

function hasId(entry: unknown): entry is { readonly id: string } {
  return isMap(entry) && typeof entry.id === "string";
}
