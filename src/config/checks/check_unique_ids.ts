import { formatPath, type Problem } from "../config_error.js";
import type { Path } from "../schema/schema_tree.js";

/** Returns a problem for each list entry with the same id as an earlier one. */
export function checkUniqueIds(
  list: Path,
  entries: readonly ({ readonly id?: string | undefined } | undefined)[] = [],
): Problem[] {
  const ids = entries.map((entry) => entry?.id);
  return ids.flatMap((id, index) => {
    const first = ids.indexOf(id);
    if (id === undefined || first === index) return [];
    const message = `is also the id of ${formatPath(list)}[${first}]`;
    return [{ path: [...list, index, "id"], message, other: [...list, first, "id"] }];
  });
}
