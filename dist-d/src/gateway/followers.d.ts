import { type AppClient, type AppCredentials, type TicketStatus } from "../client/index.js";
import type { Clock } from "../domain/clock.js";
/** What is needed to follow a ticket. */
export interface FollowedTicket {
    /** The app that created it. */
    readonly credentials: AppCredentials;
    readonly ticketId: string;
    readonly ticketSecret: string;
}
/** The newest that is known of a ticket. */
export interface Sighting {
    readonly status: TicketStatus;
    /** What is left, in milliseconds, now. */
    remainingMs(): number;
    /** The status in which the exchange ticket was told, if it was spent a moment ago. */
    readonly justSpent: TicketStatus | undefined;
}
/** Follows tickets, with one watch for all who ask for the same ticket in this process. */
export interface Followers {
    /**
     * The newest status at once and then each new one, until a terminal one; of what a slow reader has missed, the newest.
     * Throws what the service refuses with. While the service is away nothing comes.
     */
    follow(ticket: FollowedTicket, signal: AbortSignal): AsyncGenerator<Sighting, void>;
    /**
     * The newest status, for who polls: waits for the first one as long as `patienceMs`, and for no other. Undefined if
     * there is none by then. Throws what the service refuses with. The watch goes on for a while, for the next poll.
     */
    glance(ticket: FollowedTicket, patienceMs: number): Promise<Sighting | undefined>;
    /** Ends all of them: `follow` ends, without a terminal status. */
    close(): void;
}
/** Past `maxWatches` polls are answered by a call each, and leave nothing behind. */
export declare function createFollowers(client: AppClient, clock: Clock, maxWatches: number): Followers;
