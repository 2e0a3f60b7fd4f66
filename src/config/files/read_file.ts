import { readFileSync } from "node:fs";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import type { ReportedProblem } from "../config_error.js";

/** What a YAML file holds, or why it cannot be read. An empty file is an empty map. */
export function readYamlFile(file: string): {
  readonly content?: unknown;
  readonly problems: readonly ReportedProblem[];
} {
  const text = readTextFile(file);
  if ("failure" in text) return { problems: [{ path: file, message: text.failure }] };
  const lines = new LineCounter();
  const document = parseDocument(text.content, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  // A warning is a tag that means nothing here.
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return { problems: errors.map((error) => toReportedProblem(file, error, lines)) };
  try {
    return { content: document.toJS() ?? {}, problems: [] };
  } catch {
    // Aliases are all that is followed this late, and the error quotes the file.
    const message = "is not YAML that can be used: an alias in it has no anchor, or they go too far";
    return { problems: [{ path: file, message }] };
  }
}

/** The text of a file, or why it cannot be read, for people. */
export function readTextFile(file: string): { readonly content: string } | { readonly failure: string } {
  try {
    return { content: readFileSync(file, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { failure: code === "ENOENT" ? "there is no such file" : `the file cannot be read (${code})` };
  }
}

/** The code and the place only: the parser's own message quotes the file, which may hold a secret. */
function toReportedProblem(file: string, error: YAMLError, lines: LineCounter): ReportedProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  const what = error.code.toLowerCase().replaceAll("_", " ");
  return { path: file, message: `is not YAML that can be used: ${what} at line ${line}, column ${col}` };
}
