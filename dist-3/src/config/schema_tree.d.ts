import * as z from "zod";
type Schema = z.core.$ZodType;
/** A place in the configuration, by keys and list positions. */
export type Path = readonly PropertyKey[];
/** One key of the configuration. */
export interface Setting {
    readonly path: readonly string[];
    readonly form: "text" | "number" | "boolean" | "list" | "map";
    readonly schema: Schema;
}
/** Every key of a map, at any depth, each map before what it holds. Does not look into lists. */
export declare function settingsOf(map: Schema, path?: readonly string[]): Setting[];
/** The schemas of a map's keys; undefined if the schema is not of a map. */
export declare function shapeOf(schema: Schema): Readonly<Record<string, Schema>> | undefined;
/** The schema of a list's entries; undefined if the schema is not of a list. */
export declare function entryOf(schema: Schema): Schema | undefined;
/** The schema of what stands at a path; undefined if there is no such place. */
export declare function schemaAt(schema: Schema, [key, ...rest]: Path): Schema | undefined;
/** The part of a value that is right: whatever is wrong in it is undefined, at any depth. */
export type Understood<T> = (T extends readonly (infer E)[] ? readonly Understood<E>[] : T extends object ? {
    readonly [K in keyof T]?: Understood<T[K]>;
} : T) | undefined;
/**
 * Reads a value that may have mistakes in it, so that what is right can be checked further. A map or a list of maps
 * is read entry by entry; anything smaller is right as a whole or not at all. Defaults are filled in.
 */
export declare function understood<S extends z.ZodType>(schema: S, value: unknown): Understood<z.output<S>>;
/** Whether a value out of YAML or JSON is a map. */
export declare function isMap(value: unknown): value is Readonly<Record<string, unknown>>;
export {};
