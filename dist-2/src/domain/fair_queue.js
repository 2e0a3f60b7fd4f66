/** Creates a queue of at most `max` entries. */
export function createFairQueue(max) {
    // Callers in the order of their turns. Sets, since any entry may leave.
    const waiting = new Map();
    let size = 0;
    function remove(caller, entry) {
        const own = waiting.get(caller);
        if (!own?.delete(entry))
            return;
        size--;
        if (own.size === 0)
            waiting.delete(caller);
    }
    const countOf = (caller) => waiting.get(caller)?.size ?? 0;
    /** Takes the newest entry of the caller who has most out, if that leaves it with as many as `caller` then has. */
    function giveWay(caller) {
        let busiest = caller;
        for (const [other, { size: count }] of waiting)
            if (count > countOf(busiest))
                busiest = other;
        if (countOf(busiest) < countOf(caller) + 2)
            return undefined;
        let newest;
        // Without a list of them, which may be long.
        for (const entry of waiting.get(busiest) ?? [])
            newest = entry;
        if (newest !== undefined)
            remove(busiest, newest);
        return newest;
    }
    return {
        countOf,
        add(caller, entry) {
            const displaced = size >= max ? giveWay(caller) : undefined;
            if (size >= max)
                return entry;
            const own = waiting.get(caller) ?? new Set();
            waiting.set(caller, own.add(entry));
            size++;
            return displaced;
        },
        take() {
            const [next] = waiting;
            if (!next)
                return undefined;
            const [caller, own] = next;
            const [entry] = own;
            waiting.delete(caller);
            if (entry === undefined)
                return undefined;
            own.delete(entry);
            size--;
            if (own.size > 0)
                waiting.set(caller, own);
            return entry;
        },
        remove,
        clear() {
            const all = [...waiting.values()].flatMap((own) => [...own]);
            waiting.clear();
            size = 0;
            return all;
        },
    };
}
