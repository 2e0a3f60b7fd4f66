import { pathText } from "./problems.js";
/** The entries of the list at a path whose id an entry before them has. */
export function repeatedIds(list, entries = []) {
    const ids = entries.map((entry) => entry?.id);
    return ids.flatMap((id, index) => {
        const first = ids.indexOf(id);
        if (id === undefined || first === index)
            return [];
        return [{ path: [...list, index, "id"], message: `is the id of ${pathText(list)}[${first}] too` }];
    });
}
