import { type Mistake, pathText } from "./problems.js";
import type { Path } from "./schema_tree.js";

/** The entries of the list at a path whose id an entry before them has. */
export function repeatedIds(
  list: Path,
  entries: readonly ({ readonly id?: string | undefined } | undefined)[] = [],
): Mistake[] {
  const ids = entries.map((entry) => entry?.id);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (id === undefined || first === index) return [];
    return [{ path: [...list, index, "id"], message: `is the id of ${pathText(list)}[${first}] too` }];
  });
}
