import { readFileSync } from "node:fs";
import { LineCounter, parseDocument, type YAMLError } from "yaml";
import type { ReportedProblem } from "../config_error.js";

/** Reads a YAML file. Returns its content, or why it cannot be read. An empty file is an empty map. */
export function readYamlFile(file: string): {
  readonly content?: unknown;
  readonly problems: readonly ReportedProblem[];
} {
  const text = readTextFile(file);
  if ("failure" in text) return { problems: [{ path: file, message: text.failure }] };
  const lines = new LineCounter();
  const document = parseDocument(text.content, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  // Warnings are treated as errors: they report tags that have no meaning here.
  const errors = [...document.errors, ...document.warnings];
  if (errors.length > 0) return { problems: errors.map((error) => toReportedProblem(file, error, lines)) };
  try {
    return { content: document.toJS() ?? {}, problems: [] };
  } catch {
    // Only aliases are resolved this late, and the error quotes the file.
    const message = "is not valid YAML: an alias has no anchor, or aliases expand too far";
    return { problems: [{ path: file, message }] };
  }
}

/** Returns the text of a file, or a message why it cannot be read. */
export function readTextFile(file: string): { readonly content: string } | { readonly failure: string } {
  try {
    return { content: readFileSync(file, "utf8") };
  } catch (error) {
    const code = error instanceof Error && "code" in error ? String(error.code) : "unknown error";
    return { failure: code === "ENOENT" ? "the file does not exist" : `the file cannot be read (${code})` };
  }
}

/**
 * Returns a problem with only the code and the position: the parser's message quotes the file, which may
 * contain a secret.
 */
function toReportedProblem(file: string, error: YAMLError, lines: LineCounter): ReportedProblem {
  const { line, col } = lines.linePos(error.pos[0]);
  const what = error.code.toLowerCase().replaceAll("_", " ");
  return { path: file, message: `is not valid YAML: ${what} at line ${line}, column ${col}` };
}
