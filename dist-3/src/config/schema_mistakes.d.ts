import type * as z from "zod";
import type { Mistake } from "./problems.js";
/** Reads a value by the schema: what it holds, or every mistake in it. No message repeats a value, which may be a secret. */
export declare function readBySchema<S extends z.ZodType>(schema: S, value: unknown): {
    readonly value?: z.output<S>;
    readonly mistakes: readonly Mistake[];
};
