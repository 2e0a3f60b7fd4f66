import { type Document, isAlias, isScalar, LineCounter, parseDocument, visit } from "yaml";
import type { Position, ReportedProblem } from "../config_error.js";
import type { Path } from "../schema/schema_tree.js";
import { readTextFile } from "./read_file.js";
import { describeYamlError, yamlErrorOffset } from "./yaml_errors.js";
import { findNode, keyOffset, nodeOffset, type YamlScalar } from "./yaml_nodes.js";

/** Content of a YAML file, and the places of its values. */
export interface YamlFile {
  readonly content?: unknown;
  readonly problems: readonly ReportedProblem[];
  /**
   * Returns where the value at a path is, or its key, or the innermost map or list on the way that exists.
   */
  locate(path: Path, at?: "key"): Position | undefined;
  /** Returns the value at a path as it is written, if it is a single value. */
  scalarAt(path: Path): YamlScalar | undefined;
}

/** Reads a YAML file. Returns its content, or why it cannot be read. An empty file is an empty map. */
export function readYamlFile(file: string): YamlFile {
  const text = readTextFile(file);
  if ("failure" in text) return unreadableYaml([{ path: file, message: text.failure }]);
  const lines = new LineCounter();
  const document = parseDocument(text.content, { lineCounter: lines, prettyErrors: false, stringKeys: true });
  const positionAt = (offset: number): Position => {
    const { line, col } = lines.linePos(offset);
    return { file, line, column: col };
  };
  const problems = findProblems(document, text.content).map(({ offset, message }) => ({
    ...{ path: file, position: positionAt(offset) },
    message: `is not valid YAML: ${message}`,
  }));
  if (problems.length > 0) return unreadableYaml(onePerLine(problems));
  try {
    return {
      content: document.toJS() ?? {},
      problems: [],
      locate: (path, at) => {
        const offset = at === "key" ? keyOffset(document, path) : nodeOffset(document, path);
        return offset === undefined ? undefined : positionAt(offset);
      },
      scalarAt: (path) => {
        const node = findNode(document, path);
        if (!isScalar(node)) return undefined;
        return { source: node.source ?? "", isPlain: node.type === "PLAIN", value: node.value };
      },
    };
  } catch {
    return unreadableYaml([{ path: file, message: "is not valid YAML: its aliases (*) expand too far" }]);
  }
}

/** Returns a file that cannot be read, for these reasons. */
export function unreadableYaml(problems: readonly ReportedProblem[]): YamlFile {
  return { problems, locate: () => undefined, scalarAt: () => undefined };
}

interface Finding {
  readonly offset: number;
  readonly message: string;
}

function findProblems(document: Document.Parsed, text: string): readonly Finding[] {
  const conflict = /^(?:<{7}|={7}|>{7})(?: |$)/m.exec(text);
  if (conflict) {
    return [
      { offset: conflict.index, message: "a merge conflict is not resolved (<<<<<<<, =======, >>>>>>>)" },
    ];
  }
  // Warnings are treated as errors: they report tags that have no meaning here.
  const errors = [...document.errors, ...document.warnings].map((error) => ({
    offset: yamlErrorOffset(error, document),
    message: describeYamlError(error, document, text),
  }));
  return errors.length > 0 ? errors : findAliasProblems(document);
}

/** Returns the aliases without an anchor, which the parser reports only when it resolves them. */
function findAliasProblems(document: Document.Parsed): readonly Finding[] {
  const found: Finding[] = [];
  visit(document, {
    Alias: (_, node) => {
      if (isAlias(node) && node.resolve(document) === undefined) {
        const message =
          "a value that begins with * stands for the value with the anchor & of that name, and there is none: " +
          "put it in quotes if it is text";
        found.push({ offset: node.range?.[0] ?? 0, message });
      }
    },
  });
  return found;
}

/** Returns the first problem of each line, since the parser reports a mistake in several ways. */
function onePerLine(problems: readonly ReportedProblem[]): readonly ReportedProblem[] {
  const byLine = new Map(problems.toReversed().map((problem) => [problem.position?.line, problem]));
  return problems.filter((problem) => byLine.get(problem.position?.line) === problem);
}
