import type { Clock } from "../domain/clock.js";
/** What is there within so many milliseconds; undefined if nothing is. What was begun goes on. */
export declare function within<T>(ms: number, promise: Promise<T>, clock: Clock): Promise<T | undefined>;
