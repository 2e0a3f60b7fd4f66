import { formatPath, type Problem } from "./config_error.js";
import { readSecretLine, readSecretLines } from "./files/read_secret.js";
import { elementOf, isMap, type Path, type Schema, shapeOf } from "./schema/schema_tree.js";

/** Configuration with the contents of its secret files. */
export interface ResolvedSecrets {
  /** The configuration with each `passwordFile` replaced by `password`, and so on. */
  readonly content: unknown;
  readonly problems: readonly Problem[];
  readonly sources: readonly SecretSource[];
}

/** File that has a secret. */
export interface SecretSource {
  /** Path of the secret, such as `store.redis.password`. */
  readonly path: Path;
  readonly file: string;
  readonly isUsable: boolean;
}

/**
 * Replaces the names of secret files by what they contain. In the schema, a secret `password` that a file can hold has
 * a neighbour `passwordFile`. A list has one entry on each line of its file.
 *
 * @param isUsed Returns whether the process uses a section. It may not be allowed to read the files of the others, so a
 * section that is not used and names secret files is left out.
 */
export function resolveSecretFiles(
  schema: Schema,
  content: unknown,
  isUsed: (section: string) => boolean,
): ResolvedSecrets {
  const problems: Problem[] = [];
  const sources: SecretSource[] = [];

  function read(file: string, isList: boolean, path: Path, secretKey: string): unknown {
    const found = isList ? readSecretLines(file) : readSecretLine(file);
    sources.push({ path: [...path.slice(0, -1), secretKey], file, isUsable: !("failure" in found) });
    if ("failure" in found) problems.push({ path, message: `${found.failure} (${file})` });
    return "line" in found ? found.line : "lines" in found ? found.lines : undefined;
  }

  const shape = shapeOf(schema) ?? {};
  if (!isMap(content)) return { content, problems, sources };
  const sections = Object.entries(content).flatMap(([section, value]) => {
    const sectionSchema = shape[section];
    if (!sectionSchema) return [[section, value]];
    if (isUsed(section)) {
      const onBoth = (path: Path, secretKey: string) =>
        problems.push({ path, message: `must not be set together with ${secretKey}` });
      return [[section, replaceFiles(sectionSchema, value, [section], { read, onBoth })]];
    }
    let namesFiles = false;
    const notice = () => {
      namesFiles = true;
    };
    replaceFiles(sectionSchema, value, [section], { read: notice, onBoth: notice });
    return namesFiles ? [] : [[section, value]];
  });
  return { content: Object.fromEntries(sections), problems, sources };
}

interface FileVisitor {
  /** Returns the secret or secrets in a file; undefined if they cannot be used. */
  read(file: string, isList: boolean, path: Path, secretKey: string): unknown;
  /** Called if both the secret and its file are given. */
  onBoth(path: Path, secretKey: string): void;
}

/** Returns a part of the configuration with secrets in place of the names of their files. */
function replaceFiles(schema: Schema, node: unknown, path: Path, visitor: FileVisitor): unknown {
  const element = elementOf(schema);
  if (element && Array.isArray(node))
    return node.map((entry, index) => replaceFiles(element, entry, [...path, index], visitor));
  const shape = shapeOf(schema);
  if (!shape || !isMap(node)) return node;
  const replaced: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(node)) {
    const inner = shape[key];
    const secretKey = secretKeyOf(key);
    const secretSchema = inner && shape[secretKey];
    if (!secretSchema || typeof value !== "string" || value === "")
      replaced[key] = inner ? replaceFiles(inner, value, [...path, key], visitor) : value;
    else if (node[secretKey] !== undefined) visitor.onBoth([...path, key], secretKey);
    else {
      const isList = elementOf(secretSchema) !== undefined;
      replaced[secretKey] = visitor.read(value, isList, [...path, key], secretKey);
    }
  }
  return replaced;
}

const fileSuffix = "File";

/** Returns the key of the secret whose file a key would name; empty if it would name none. */
function secretKeyOf(key: string): string {
  return key.endsWith(fileSuffix) ? key.slice(0, -fileSuffix.length) : "";
}

/** Returns the path of the setting that has the same value in another way: `passwordFile` for `password`. */
export function counterpartOf(path: readonly string[]): readonly string[] {
  const key = path.at(-1) ?? "";
  return [...path.slice(0, -1), secretKeyOf(key) || `${key}${fileSuffix}`];
}

/**
 * Returns the problems without those that only follow from a file that cannot be used. A problem of a value in a file
 * gets the path of the setting that names the file, and the line in the file.
 */
export function locateInSecretFiles(
  problems: readonly Problem[],
  sources: readonly SecretSource[],
): readonly Problem[] {
  const missing = sources
    .filter(({ isUsable }) => !isUsable)
    .flatMap(({ path }) => [formatPath(path), formatPath(path.slice(0, -1))]);
  return problems
    .filter(({ path }) => !missing.includes(formatPath(path)))
    .map((problem) => {
      const { path, message } = problem;
      const source = sources.find((each) => each.path.every((key, index) => path[index] === key));
      if (!source) return problem;
      const line = path[source.path.length];
      const place = typeof line === "number" ? `line ${line + 1} of ${source.file}` : source.file;
      const named = `${String(source.path.at(-1))}${fileSuffix}`;
      return { path: [...source.path.slice(0, -1), named], message: `${message} (in ${place})` };
    });
}
