/** Who watches which ticket, on this server. */
export interface Watchers {
    /**
     * Counts a watch. When the ticket has as many as it may have, the oldest is ended: its `onSuperseded` is called. Returns a
     * function that takes the watch out again.
     */
    enter(ticketId: string, onSuperseded: () => void): () => void;
    /** Number of tickets with at least one watch. */
    readonly watchedTickets: number;
}
export declare function createWatchers(maxPerTicket: number): Watchers;
