/**
 * Calls back when the page is shown or hidden, when the network goes and comes, and after a sleep: what is open may be dead, and
 * what is due may be late. The answer stops it.
 */
export declare function onWake(callback: () => void): () => void;
/**
 * Goes on later, and sooner where the network comes back, the laptop wakes or the page is shown. It may go on more than once
 * until the answer stops it.
 */
export declare function wait(ms: number, next: () => void): () => void;
/** What to wait after so many failures in a row, in milliseconds: grows, and differs from page to page. */
export declare function pauseAfter(failures: number): number;
