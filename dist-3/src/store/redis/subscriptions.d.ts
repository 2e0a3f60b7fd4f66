import type { Connection } from "./connection.js";
/** Sharded channels (Redis 7.0) on one connection. */
export interface Subscriptions {
    /** Fulfilled when messages to the channel arrive. Rejects as {@link Connection.call} does. */
    subscribe(channel: string): Promise<void>;
    /** Ends it; a message that still comes means nothing. Rejects likewise. */
    unsubscribe(channel: string): Promise<void>;
    onMessage(onMessage: (channel: string) => void): void;
    /** A Cluster has moved a channel to another server. */
    onMoved(onMoved: () => void): void;
}
export declare function createSubscriptions(connection: Connection): Subscriptions;
