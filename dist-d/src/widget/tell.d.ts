/** Calls a callback of the page. What it throws is the page's to see, and changes nothing here. */
export declare function tell<A extends unknown[]>(callback: ((...args: A) => unknown) | undefined, ...args: A): void;
