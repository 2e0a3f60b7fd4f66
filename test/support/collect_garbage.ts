import { setFlagsFromString } from "node:v8";
import { runInNewContext } from "node:vm";

setFlagsFromString("--expose-gc");

/** Collects garbage: in the young generation only for `minor`, else in the whole heap. */
export const collectGarbage: (options?: { readonly type: "minor" }) => void = runInNewContext("gc");
