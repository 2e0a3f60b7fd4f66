/** What keys and channels are called. The part in braces is the hash tag: in a Cluster it alone decides where they lie. */
export interface Naming {
    ticketKey(id: string): string;
    channel(id: string): string;
    /** The ticket id of a channel. */
    ticketIdOf(channel: string): string;
    /** A key that means nothing, beside those with this tag. */
    barrierKey(tag: string): string;
}
export declare function createNaming(prefix: string): Naming;
/** The slot of a Cluster, 0 to 16383, in which everything with this hash tag lies. */
export declare function slotOf(tag: string): number;
