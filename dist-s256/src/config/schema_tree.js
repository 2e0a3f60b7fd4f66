import * as z from "zod";
/** Every key of a map, at any depth, each map before what it holds. Does not look into lists. */
export function settingsOf(map, path = []) {
    return Object.entries(shapeOf(map) ?? {}).flatMap(([key, schema]) => {
        const setting = { path: [...path, key], form: formOf(schema), schema };
        return [setting, ...settingsOf(schema, setting.path)];
    });
}
/** The schemas of a map's keys; undefined if the schema is not of a map. */
export function shapeOf(schema) {
    const { def } = bare(schema)._zod;
    return def.type === "object" ? def.shape : undefined;
}
/** The schema of a list's entries; undefined if the schema is not of a list. */
export function entryOf(schema) {
    const { def } = bare(schema)._zod;
    return def.type === "array" ? def.element : undefined;
}
/** The schema of what stands at a path; undefined if there is no such place. */
export function schemaAt(schema, [key, ...rest]) {
    if (key === undefined)
        return schema;
    const next = typeof key === "number" ? entryOf(schema) : shapeOf(schema)?.[String(key)];
    return next && schemaAt(next, rest);
}
/**
 * Reads a value that may have mistakes in it, so that what is right can be checked further. A map or a list of maps
 * is read entry by entry; anything smaller is right as a whole or not at all. Defaults are filled in.
 */
export function understood(schema, value) {
    return partOf(schema, value);
}
function partOf(schema, value) {
    const shape = shapeOf(schema);
    if (shape && isMap(value)) {
        return Object.fromEntries(Object.entries(shape).map(([key, inner]) => [key, partOf(inner, value[key])]));
    }
    const entry = entryOf(schema);
    if (entry && shapeOf(entry) && Array.isArray(value))
        return value.map((each) => partOf(entry, each));
    const result = z.safeParse(schema, value);
    return result.success ? result.data : undefined;
}
/** Whether a value out of YAML or JSON is a map. */
export function isMap(value) {
    return typeof value === "object" && value !== null && !Array.isArray(value);
}
function formOf(schema) {
    const { type } = bare(schema)._zod.def;
    switch (type) {
        case "string":
        case "enum":
            return "text";
        case "number":
        case "boolean":
            return type;
        case "array":
            return "list";
        case "object":
            return "map";
        default:
            throw new Error(`a configuration key has a schema of type ${type}, which has no form in a variable`);
    }
}
/** The schema of what stands in the file, without defaults and transformations around it. */
function bare(schema) {
    const known = schema;
    const { def } = known._zod;
    switch (def.type) {
        case "default":
        case "prefault":
        case "optional":
            return bare(def.innerType);
        case "pipe":
            return bare(def.in._zod.def.type === "transform" ? def.out : def.in);
        default:
            return known;
    }
}
