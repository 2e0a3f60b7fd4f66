import { isMap } from "../schema/schema_tree.js";

/** Keys whose value is the name of a file, as `certFile` or `file`. */
const fileKey = /(^f|F)ile$/;

/** Returns the files that a configuration names, whether or not the rest of it is valid. */
export function namedFiles(content: unknown): readonly string[] {
  if (Array.isArray(content)) return content.flatMap(namedFiles);
  if (!isMap(content)) return [];
  return Object.entries(content).flatMap(([key, value]) =>
    fileKey.test(key) && typeof value === "string" ? [value] : namedFiles(value),
  );
}
