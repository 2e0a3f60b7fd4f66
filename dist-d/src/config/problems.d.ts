import type { Path } from "./schema_tree.js";
/** One mistake in the configuration. */
export interface Problem {
    /** Where: a path such as `userPools[0].keys.jwksUri`, or the name of a file or of an environment variable. */
    readonly path: string;
    /** What is wrong and what would be right. Never holds the value. */
    readonly message: string;
}
/** A mistake at a place in the configuration, before it is known where the value came from. */
export interface Mistake {
    readonly path: Path;
    readonly message: string;
}
/** The configuration cannot be used. Holds every mistake that was found, not the first. */
export declare class ConfigError extends Error {
    readonly problems: readonly Problem[];
    constructor(problems: readonly Problem[]);
}
/** The mistakes for a person to read: one line for each, `path: message`. */
export declare function formatProblems(error: ConfigError): string;
/** A path as it is written: `userPools[0].keys`. */
export declare function pathText(path: Path): string;
