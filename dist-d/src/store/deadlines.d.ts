import type { Clock } from "../domain/clock.js";
/** Remembers when ids fall due: a wheel of one bucket a second and one timer in all, none while nothing waits. */
export interface Deadlines {
    /** Has `onDue` called with the id at `at`, a moment of the clock, or up to a second later. */
    add(id: string, at: number): void;
    /** Forgets every id and lets go of the timer. */
    close(): void;
}
/** `onDue` may call `add`. An id may be added any number of times; it falls due once for each. */
export declare function createDeadlines(clock: Clock, onDue: (id: string) => void): Deadlines;
