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

export function createSubscriptions(connection: Connection): Subscriptions {
  return {
    async subscribe(channel) {
      // In lower case: the library looks for a command of this name when a Cluster has moved the channel.
      await connection.call(["ssubscribe", channel]);
    },
    async unsubscribe(channel) {
      await connection.call(["sunsubscribe", channel]);
    },
    onMessage: connection.onMessage,
    onMoved: connection.onMoved,
  };
}
