import type { Path } from "./schema/schema_tree.js";

/** Problem in the configuration, with the origin of the value. */
export interface ReportedProblem {
  /** Path such as `userPools[0].keys.jwksUri`, or the name of a file or an environment variable. */
  readonly path: string;
  /** Description of the problem and of the expected value. Never contains the value. */
  readonly message: string;
}

/** Problem at a path of the configuration, before the origin of the value is determined. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
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

/** Returns the problems as text, one line of `path: message` for each. */
export function formatProblems(error: ConfigError): string {
  return formatLines(error.problems);
}

/** Formats a path, such as `userPools[0].keys`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

/** Returns problems as text, one line of `path: message` for each. */
export function formatLines(problems: readonly ReportedProblem[]): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
}

/** Returns the problems of values that are not already known to be invalid. To a check, those are missing. */
export function withoutPathsOf(known: readonly Problem[], problems: readonly Problem[]): Problem[] {
  const paths = new Set(known.map(({ path }) => formatPath(path)));
  return problems.filter(({ path }) => !paths.has(formatPath(path)));
}
