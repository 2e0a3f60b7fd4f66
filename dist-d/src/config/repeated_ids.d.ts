import { type Mistake } from "./problems.js";
import type { Path } from "./schema_tree.js";
/** The entries of the list at a path whose id an entry before them has. */
export declare function repeatedIds(list: Path, entries?: readonly ({
    readonly id?: string | undefined;
} | undefined)[]): Mistake[];
