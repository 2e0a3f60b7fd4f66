import { nearest } from "./nearest.js";
import { schemaAt, shapeOf } from "./schema_tree.js";
/** Reads a value by the schema: what it holds, or every mistake in it. No message repeats a value, which may be a secret. */
export function readBySchema(schema, value) {
    const result = schema.safeParse(value, { error: (issue) => messageOf(issue) });
    if (result.success)
        return { value: result.data, mistakes: [] };
    return { mistakes: result.error.issues.flatMap((issue) => mistakesOf(schema, issue)) };
}
function mistakesOf(schema, issue) {
    if (issue.code !== "unrecognized_keys")
        return [{ path: issue.path, message: issue.message }];
    const map = schemaAt(schema, issue.path);
    const known = Object.keys((map && shapeOf(map)) ?? {});
    return issue.keys.map((key) => {
        const meant = nearest(key, known);
        const hint = meant ? `did you mean ${meant}?` : `the keys here are ${known.join(", ")}`;
        return { path: [...issue.path, key], message: `is not a key here; ${hint}` };
    });
}
/** What the library would say otherwise tells the types of a program, not what to write. */
function messageOf(issue) {
    if (issue.code === "invalid_value")
        return `must be one of ${issue.values.join(", ")}`;
    if (issue.code !== "invalid_type")
        return "is not valid";
    if (issue.input === undefined)
        return "is missing";
    switch (issue.expected) {
        case "string":
            return typeof issue.input === "object" ? "must be text" : "must be text: put it in quotes";
        case "int":
        case "number":
            return "must be a whole number";
        case "boolean":
            return "must be true or false";
        case "array":
            return "must be a list";
        case "object":
            return issue.input === null ? "must be a map; leave the key out if it holds nothing" : "must be a map";
        default:
            return "is not valid";
    }
}
