/** The calls and watches that run on a client, so that closing it ends them. */
export interface InFlight {
    /**
     * Calls `stop` once with the reason when the signal is aborted or the client is closed, before it returns if that has
     * happened already. The answer lets go.
     */
    join(signal: AbortSignal | undefined, stop: (reason: unknown) => void): () => void;
    /** Stops all that runs, and whatever joins later. */
    close(): void;
}
export declare function createInFlight(): InFlight;
