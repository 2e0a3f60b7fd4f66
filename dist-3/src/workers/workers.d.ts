import type { Logger } from "pino";
import type { App } from "../app.js";
import type { Config } from "../config/config.js";
export interface WorkersOptions {
    /** As read by this process: every worker gets this one, whatever becomes of the file. */
    readonly config: Config;
    /** How many. */
    readonly count: number;
    readonly log: Logger;
    /** Has something done when this process ends, however it comes to that. */
    atExit(callback: () => void): void;
}
/**
 * Serves by several processes behind one port: connections are dealt out to them in turn. A worker that dies is replaced.
 *
 * The stop is one worker after the other, so that what one lets go of finds another.
 *
 * @throws Error when the store cannot be shared or a worker cannot serve; none is left running then.
 */
export declare function startWorkers({ config, count, log, atExit }: WorkersOptions): Promise<App>;
