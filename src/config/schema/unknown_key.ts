import { suggestSpelling } from "../../base/suggest_spelling.js";
import { variableNameOf } from "../variable_name.js";
import { elementOf, type Path, schemaAt, settingsOf, shapeOf } from "./schema_tree.js";

type Schema = Parameters<typeof settingsOf>[0];

/** Words for what a key and its kind are called, which depend on who writes them. */
interface Words {
  readonly key: string;
  readonly keys: string;
  /** True in a file, all of whose keys can be searched for one that is in the wrong place. */
  readonly isFile: boolean;
}

/** Largest number of places that a message suggests. */
const maxPlaces = 3;

/** Keys at the top of a manifest that are no section here. */
const kubernetesKeys = ["apiVersion", "metadata", "data", "stringData", "spec"];

/** Returns why a map has no such key: it is misspelt, belongs elsewhere, or is written in another form. */
export function describeUnknownKey(root: Schema, path: Path, key: string, words: Words): string {
  const map = schemaAt(root, path);
  const known = Object.keys((map && shapeOf(map)) ?? {});
  const wrong = `is not ${words.key} here`;
  if (/[^\x21-\x7e]/.test(key)) return `${wrong}: it has a character in it that is no letter of a key`;
  if (key === "<<")
    return "is a merge key, which is not supported: repeat the keys, or use an alias for the whole map";
  if (/^\d+$/.test(key)) return `${wrong}: write numbers without commas`;
  if (path.length === 0 && kubernetesKeys.includes(key)) {
    return `${wrong}, but of a Kubernetes manifest: the configuration is the text below data, as a file of its own`;
  }
  const all = words.isFile ? allSettingsOf(root) : [];
  const suggestion = suggestSpelling(key, known);
  if (suggestion !== undefined) {
    const exact = all.filter((setting) => setting.at(-1) === key).map(formatSetting);
    return `${wrong}; did you mean ${[suggestion, ...exact].slice(0, maxPlaces).join(" or ")}?`;
  }
  const nested = key.split(".");
  if (nested.length > 1 && map && schemaAt(map, nested)) {
    return `${wrong}: write ${nested
      .slice(0, -1)
      .map((each) => `${each}:`)
      .join(" ")} and, indented below it, ${nested.at(-1)}:`;
  }
  const ofVariable = all.find((setting) => !setting.includes("[]") && variableNameOf(setting) === key);
  if (ofVariable)
    return `${wrong}: it is the name of an environment variable, and in the file ${ofVariable.join(".")}`;
  const elsewhere = all.filter(
    (setting) => isSameWord(key, setting.at(-1) ?? "") && !isAround(setting, path),
  );
  const places = [...new Set(elsewhere.map(formatSetting))];
  const here = `he ${words.keys} here are ${known.join(", ")}`;
  if (places.length === 0 || places.length > maxPlaces) return `${wrong}; t${here}`;
  // A place in another section is often a coincidence.
  const isNear = path.length === 0 || elsewhere.some(([section]) => section === path[0]);
  return `${wrong}; did you mean ${places.join(" or ")}?${isNear ? "" : ` T${here}`}`;
}

/** Returns whether the map at a path is this setting, or in it. */
function isAround(setting: readonly string[], path: Path): boolean {
  return setting.every((key, index) => key === (typeof path[index] === "number" ? "[]" : path[index]));
}

/** Returns whether two keys are one word, in any style. Short words that differ by a letter are two. */
function isSameWord(key: string, other: string): boolean {
  const letters = (word: string) => word.replaceAll(/[-_]/g, "").toLowerCase();
  return letters(key) === letters(other) || (key.length >= 6 && suggestSpelling(key, [other]) !== undefined);
}

function formatSetting(path: readonly string[]): string {
  return path.join(".").replaceAll(".[]", "[]");
}

/** Returns the paths of all keys, with `[]` for the entries of a list. */
function allSettingsOf(schema: Schema, before: readonly string[] = []): readonly (readonly string[])[] {
  return settingsOf(schema).flatMap((setting) => {
    const path = [...before, ...setting.path];
    const entry = elementOf(setting.schema);
    return entry && shapeOf(entry) ? [path, ...allSettingsOf(entry, [...path, "[]"])] : [path];
  });
}
