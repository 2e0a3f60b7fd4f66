import { type Document, isAlias, isMap, isNode, isPair, isScalar, isSeq, type Node, type Pair } from "yaml";
import type { Path } from "../schema/schema_tree.js";

/** Single value of a file, as it is written. */
export interface YamlScalar {
  /** Text of the value, without quotes. May be a secret. */
  readonly source: string;
  /** True without quotes. YAML then reads some texts as numbers, `true`, `false` or nothing. */
  readonly isPlain: boolean;
  readonly value: unknown;
}

/** Step on the way to a value: an entry of a list, or a key with its value. */
type Step = Node | Pair;

/** Returns the node at a path, with aliases resolved; undefined if there is none. */
export function findNode(document: Document, path: Path): Node | undefined {
  const steps = stepsTo(document, path);
  if (steps.length < path.length) return undefined;
  const last = path.length === 0 ? document.contents : steps.at(-1);
  const value = isPair(last) ? last.value : last;
  return isNode(value) ? resolveAlias(document, value) : undefined;
}

/**
 * Returns the offset at which a reader should look for the value at a path: of the value, of the key if the value is a
 * map, a list or nothing, and of the innermost map or list if the path leads further than the file.
 */
export function nodeOffset(document: Document, path: Path): number | undefined {
  const steps = stepsTo(document, path);
  const last = steps.at(-1);
  if (!last) return document.contents?.range?.[0];
  if (!isPair(last)) return last.range?.[0];
  const { key, value } = last;
  const isWritten = isAlias(value) || (isScalar(value) && value.source !== "" && value.value !== null);
  // A single value may stand for a list with it as the only entry.
  const isReached = steps.length === path.length || (path.length === steps.length + 1 && path.at(-1) === 0);
  const node = isReached && isWritten ? value : key;
  return isNode(node) ? node.range?.[0] : undefined;
}

/** Returns the offset of the key at a path. */
export function keyOffset(document: Document, path: Path): number | undefined {
  const last = stepsTo(document, path).at(-1);
  return isPair(last) && isNode(last.key) ? last.key.range?.[0] : undefined;
}

function stepsTo(document: Document, path: Path): readonly Step[] {
  const steps: Step[] = [];
  let node: unknown = document.contents;
  for (const key of path) {
    const inner = isNode(node) ? resolveAlias(document, node) : undefined;
    const step = isMap(inner)
      ? inner.items.find((pair) => isScalar(pair.key) && String(pair.key.value) === String(key))
      : isSeq(inner)
        ? inner.items[Number(key)]
        : undefined;
    if (!isPair(step) && !isNode(step)) break;
    steps.push(step);
    node = isPair(step) ? step.value : step;
  }
  return steps;
}

function resolveAlias(document: Document, node: Node): Node | undefined {
  return isAlias(node) ? node.resolve(document) : node;
}
