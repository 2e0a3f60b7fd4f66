export function createWatchers(maxPerTicket) {
    /** In the order of arrival. Arrays and not sets: most hold one watch, and none holds more than `maxPerTicket`. */
    const watching = new Map();
    function leave(ticketId, watch) {
        const watches = watching.get(ticketId) ?? [];
        const index = watches.indexOf(watch);
        if (index >= 0)
            watches.splice(index, 1);
        if (watches.length === 0)
            watching.delete(ticketId);
    }
    return {
        enter(ticketId, onSuperseded) {
            const watches = watching.get(ticketId) ?? [];
            watching.set(ticketId, watches);
            const oldest = watches.length >= maxPerTicket ? watches.shift() : undefined;
            watches.push(onSuperseded);
            oldest?.();
            return () => leave(ticketId, onSuperseded);
        },
        get watchedTickets() {
            return watching.size;
        },
    };
}
