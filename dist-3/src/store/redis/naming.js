import calculateSlot from "cluster-key-slot";
export function createNaming(prefix) {
    const channelStart = `${prefix}c:{`;
    return {
        ticketKey: (id) => `${prefix}t:{${id}}`,
        channel: (id) => `${channelStart}${id}}`,
        ticketIdOf: (channel) => channel.slice(channelStart.length, -1),
        barrierKey: (tag) => `${prefix}b:{${tag}}`,
    };
}
/** The slot of a Cluster, 0 to 16383, in which everything with this hash tag lies. */
export function slotOf(tag) {
    return calculateSlot(tag);
}
