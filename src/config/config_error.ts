import type { Path } from "./schema/schema_tree.js";

/** Place in a configuration file. */
export interface Position {
  readonly file: string;
  /** Line, counted from 1. */
  readonly line: number;
  /** Column in UTF-16 code units, counted from 1, as editors count. */
  readonly column: number;
}

/** Problem in the configuration, with the origin of the value. */
export interface ReportedProblem {
  /** Path such as `userPools[0].keys.jwksUri`, or the name of a file or an environment variable. */
  readonly path: string;
  /** Description of the problem and of the expected value. Never contains the value. */
  readonly message: string;
  /** Place to look at, if the value is in a file. */
  readonly position?: Position | undefined;
  /** The other one of two values that do not fit together. */
  readonly other?: { readonly path: string; readonly position: Position } | undefined;
}

/** Problem at a path of the configuration, before the origin of the value is determined. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
  /** Path of the other one of two values that do not fit together. */
  readonly other?: Path | undefined;
  /** Place of the mistake, if it is the last key of the path and not its value. */
  readonly at?: "key" | undefined;
}

/** Error thrown for an invalid configuration. Contains all problems, not only the first. */
export class ConfigError extends Error {
  readonly problems: readonly ReportedProblem[];

  constructor(problems: readonly ReportedProblem[]) {
    super(`the configuration is invalid\n${formatLines(problems)}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** Returns the problems as text, one line for each; see `formatProblem`. */
export function formatProblems(error: ConfigError): string {
  return formatLines(error.problems);
}

/** Returns a problem as a line `FILE:LINE:COLUMN: path: message`, which editors and terminals link to the place. */
export function formatProblem({ path, message, position, other }: ReportedProblem): string {
  const subject = position === undefined ? path : formatPosition(position);
  const setting = position === undefined || position.file === path ? "" : `${path}: `;
  const suffix = other === undefined ? "" : ` (${other.path}: line ${other.position.line})`;
  return `${subject}: ${setting}${message}${suffix}`;
}

function formatPosition({ file, line, column }: Position): string {
  return `${file}:${line}:${column}`;
}

/** Formats a path, such as `userPools[0].keys`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

/** Returns problems as text, one line for each. */
export function formatLines(problems: readonly ReportedProblem[]): string {
  return problems.map(formatProblem).join("\n");
}

/** Returns the problems of values that are not already known to be invalid. To a check, those are missing. */
export function withoutPathsOf(known: readonly Problem[], problems: readonly Problem[]): Problem[] {
  const paths = new Set(known.map(({ path }) => formatPath(path)));
  return problems.filter(({ path }) => !paths.has(formatPath(path)));
}
