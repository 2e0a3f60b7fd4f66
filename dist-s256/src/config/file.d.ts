import type { Problem } from "./problems.js";
/** What a YAML file holds, or why it cannot be read. An empty file is an empty map. */
export declare function readYaml(file: string): {
    readonly content?: unknown;
    readonly problems: readonly Problem[];
};
/** The text of a file, or why it cannot be read, for people. */
export declare function readText(file: string): {
    readonly content: string;
} | {
    readonly failure: string;
};
