import calculateSlot from "cluster-key-slot";

/** Names of keys and channels. The part in braces is the hash tag, which alone decides the slot in a Cluster. */
export interface RedisKeys {
  ticketKey(id: string): string;
  /** Returns the ticket id in the key of a ticket. */
  ticketIdOfKey(key: string): string;
  /** Pattern of SCAN that matches the keys of tickets. */
  readonly ticketKeyPattern: string;
  channel(id: string): string;
  /** Returns the ticket id in a channel name. */
  ticketIdOf(channel: string): string;
  rateKey(hash: string): string;
  /** Returns a key that holds no data, in the same slot as the tag. */
  barrierKey(tag: string): string;
  /** Key of the hash of disabled sign-ins. Without braces, it is its own hash tag. */
  readonly disabledKey: string;
  /** Returns the key of a hash that holds no data, in the same slot as the tag. */
  emptyHashKey(tag: string): string;
}

export function createRedisKeys(prefix: string): RedisKeys {
  const channelPrefix = `${prefix}c:{`;
  const ticketPrefix = `${prefix}t:{`;
  return {
    ticketKey: (id) => `${ticketPrefix}${id}}`,
    ticketIdOfKey: (key) => key.slice(ticketPrefix.length, -1),
    // The prefix may contain characters that have a meaning in patterns.
    ticketKeyPattern: `${ticketPrefix.replaceAll(/[*?[\]^\\]/g, "\\$&")}*`,
    channel: (id) => `${channelPrefix}${id}}`,
    ticketIdOf: (channel) => channel.slice(channelPrefix.length, -1),
    rateKey: (hash) => `${prefix}r:{${hash}}`,
    barrierKey: (tag) => `${prefix}b:{${tag}}`,
    disabledKey: `${prefix}disabled`,
    emptyHashKey: (tag) => `${prefix}h:{${tag}}`,
  };
}

/** Returns the Cluster slot of a hash tag, 0 to 16383. */
export function hashSlotOf(hashTag: string): number {
  return calculateSlot(hashTag);
}
