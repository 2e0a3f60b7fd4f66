import calculateSlot from "cluster-key-slot";

/** What keys and channels are called. The part in braces is the hash tag: in a Cluster it alone decides where they lie. */
export interface RedisKeys {
  ticketKey(id: string): string;
  channel(id: string): string;
  /** The ticket id of a channel. */
  ticketIdOf(channel: string): string;
  /** A key that means nothing, beside those with this tag. */
  barrierKey(tag: string): string;
}

export function createRedisKeys(prefix: string): RedisKeys {
  const channelPrefix = `${prefix}c:{`;
  return {
    ticketKey: (id) => `${prefix}t:{${id}}`,
    channel: (id) => `${channelPrefix}${id}}`,
    ticketIdOf: (channel) => channel.slice(channelPrefix.length, -1),
    barrierKey: (tag) => `${prefix}b:{${tag}}`,
  };
}

/** The slot of a Cluster, 0 to 16383, in which everything with this hash tag lies. */
export function hashSlotOf(hashTag: string): number {
  return calculateSlot(hashTag);
}
