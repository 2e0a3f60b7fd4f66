import type { Path } from "./schema/schema_tree.js";

/** One mistake in the configuration. */
export interface ReportedProblem {
  /** Where: a path such as `userPools[0].keys.jwksUri`, or the name of a file or of an environment variable. */
  readonly path: string;
  /** What is wrong and what would be right. Never holds the value. */
  readonly message: string;
}

/** A mistake at a place in the configuration, before it is known where the value came from. */
export interface Problem {
  readonly path: Path;
  readonly message: string;
}

/** The configuration cannot be used. Holds every mistake that was found, not the first. */
export class ConfigError extends Error {
  readonly problems: readonly ReportedProblem[];

  constructor(problems: readonly ReportedProblem[]) {
    super(`the configuration cannot be used\n${formatLines(problems)}`);
    this.name = "ConfigError";
    this.problems = problems;
  }
}

/** The mistakes for a person to read: one line for each, `path: message`. */
export function formatProblems(error: ConfigError): string {
  return formatLines(error.problems);
}

/** A path as it is written: `userPools[0].keys`. */
export function formatPath(path: Path): string {
  return path
    .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
    .join("");
}

function formatLines(problems: readonly ReportedProblem[]): string {
  return problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
}
