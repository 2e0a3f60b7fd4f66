/** The configuration cannot be used. Holds every mistake that was found, not the first. */
export class ConfigError extends Error {
    problems;
    constructor(problems) {
        super(`the configuration cannot be used\n${linesOf(problems)}`);
        this.name = "ConfigError";
        this.problems = problems;
    }
}
/** The mistakes for a person to read: one line for each, `path: message`. */
export function formatProblems(error) {
    return linesOf(error.problems);
}
/** A path as it is written: `userPools[0].keys`. */
export function pathText(path) {
    return path
        .map((key, index) => (typeof key === "number" ? `[${key}]` : `${index === 0 ? "" : "."}${String(key)}`))
        .join("");
}
function linesOf(problems) {
    return problems.map(({ path, message }) => `${path}: ${message}`).join("\n");
}
