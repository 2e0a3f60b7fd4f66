export function createFifo() {
    let first;
    let last;
    return {
        get isEmpty() {
            return first === undefined;
        },
        push(item) {
            const link = { item, next: undefined };
            if (last)
                last.next = link;
            else
                first = link;
            last = link;
        },
        shift() {
            const oldest = first;
            first = oldest?.next;
            if (!first)
                last = undefined;
            return oldest?.item;
        },
    };
}
