import calculateSlot from "cluster-key-slot";

/** What keys and channels are called. The part in braces is the hash tag: in a Cluster it alone decides where they lie. */
export interface Naming {
  ticketKey(id: string): string;
  channel(id: string): string;
  /** The ticket id of a channel. */
  ticketIdOf(channel: string): string;
  /** A key that means nothing, beside those with this tag. */
  barrierKey(tag: string): string;
}

export function createNaming(prefix: string): Naming {
  const channelStart = `${prefix}c:{`;
  return {
    ticketKey: (id) => `${prefix}t:{${id}}`,
    channel: (id) => `${channelStart}${id}}`,
    ticketIdOf: (channel) => channel.slice(channelStart.length, -1),
    barrierKey: (tag) => `${prefix}b:{${tag}}`,
  };
}

/** The slot of a Cluster, 0 to 16383, in which everything with this hash tag lies. */
export function slotOf(tag: string): number {
  return calculateSlot(tag);
}
