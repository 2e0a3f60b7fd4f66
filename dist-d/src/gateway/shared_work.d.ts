/** Work that is done once for all who ask for it while it goes on. */
export interface SharedWork<T> {
    /**
     * The result of the work of this name, which is begun unless it is going on. Rejects with the reason of `signal` when that
     * aborts. The work is told to stop when all who asked have left.
     */
    ask(name: string, work: (signal: AbortSignal) => Promise<T>, signal: AbortSignal): Promise<T>;
}
/** Creates work that is shared by name. */
export declare function createSharedWork<T>(): SharedWork<T>;
