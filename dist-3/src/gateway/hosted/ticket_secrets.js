/** So many tickets, about 40 megabytes. The oldest is forgotten first. */
const maxRemembered = 100_000;
/** `maxAgeMs` is how long a ticket is remembered: longer than it can live. */
export function createTicketSecrets(clock, maxAgeMs, max = maxRemembered) {
    const known = new Map();
    return {
        remember(ticket) {
            const now = clock.now();
            // All live equally long, so the first to come is the first to go.
            for (const [id, { until }] of known) {
                if (until > now && known.size < max)
                    break;
                known.delete(id);
            }
            known.set(ticket.ticketId, { ticket, until: now + maxAgeMs });
        },
        of(ticketId) {
            const entry = known.get(ticketId);
            return entry && entry.until > clock.now() ? entry.ticket : undefined;
        },
    };
}
