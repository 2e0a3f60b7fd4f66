/** A queue whose every operation takes constant time: `Array.prototype.shift` moves all that is behind. */
export interface Fifo<T> {
    readonly isEmpty: boolean;
    push(item: T): void;
    /** Removes and returns the oldest item, or returns undefined if there is none. */
    shift(): T | undefined;
}
export declare function createFifo<T>(): Fifo<T>;
