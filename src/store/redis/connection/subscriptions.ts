import type { Connection } from "./connection.js";

/** Sharded channels (Redis 7.0) on one connection. */
export interface Subscriptions {
  /** Subscribes to a channel. Resolves when its messages arrive. Rejects like {@link Connection.call}. */
  subscribe(channel: string): Promise<void>;
  /** Unsubscribes from a channel; ignore a message that still arrives. Rejects like {@link Connection.call}. */
  unsubscribe(channel: string): Promise<void>;
  onMessage(onMessage: (channel: string, content: string) => void): void;
  /** Calls `onMoved` when a Cluster has moved a channel to another server. */
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
