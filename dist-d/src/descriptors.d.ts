import type { Logger } from "pino";
import type { Clock } from "./domain/clock.js";
/**
 * The fewest file descriptors that a process can start with. While it loads it has some 150 files open at a time, and a
 * loader that is refused one says that a package is missing.
 */
export declare const leastDescriptors = 256;
/** Descriptors that a process has open beside the connections of its callers: files, threads, connections to Redis. */
export declare const ownDescriptors = 128;
/** Returns how many file descriptors this process may have; undefined where the system does not tell, as outside Linux. */
export declare function descriptorLimit(): number | undefined;
/** Returns the soft limit of open files in the text of `/proc/self/limits`. */
export declare function limitIn(limits: string): number | undefined;
/** Returns why a process with this limit cannot start; undefined if it can. */
export declare function startFailure(limit: number | undefined): string | undefined;
/** Options of {@link watchDescriptors}. */
export interface DescriptorsOptions {
    /** Number of descriptors that the configured limits may take. */
    readonly needed: number;
    readonly log: Pick<Logger, "info" | "warn">;
    readonly clock: Clock;
    /** {@link descriptorLimit} by default. */
    readonly limit?: number | undefined;
    /** {@link openDescriptors} by default. */
    readonly count?: () => Promise<number>;
}
/**
 * Logs a warning when the limit is lower than what may be needed, and at most once a minute while nearly all descriptors are
 * in use. Node.js closes connections for which there is none without saying so. Returns a function that ends it.
 */
export declare function watchDescriptors(options: DescriptorsOptions): () => void;
/** Counts the open descriptors of this process. Rejects when there is none left to look with. */
export declare function openDescriptors(): Promise<number>;
