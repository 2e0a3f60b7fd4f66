/** Whose stream it is, as addresses are counted. */
export interface StreamOwner {
    readonly address: string;
    /** The network of an IPv6 address; undefined in IPv4. */
    readonly network: string | undefined;
}
/** Bounds how many streams are open: in all, for one address, and for one network. */
export interface StreamSlots {
    /**
     * Takes a place for a stream; the answer gives it back. Where all are taken, the newest stream of the address that has most
     * gives way, and its `end` is called. Refuses with STREAMS_EXHAUSTED.
     */
    take(owner: StreamOwner, end: () => void): () => void;
}
export interface StreamLimits {
    readonly streams: number;
    readonly streamsPerAddress: number;
}
export declare function createStreamSlots({ streams, streamsPerAddress }: StreamLimits): StreamSlots;
