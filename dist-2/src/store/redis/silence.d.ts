/** Notices a server that is asked and says nothing. */
export interface SilenceWatch {
    /** Something has been asked. Every answer ends with a call of what is returned. */
    asked(): () => void;
}
/**
 * Calls `onSilence` when something has been asked, and nothing answered, for `timeout` milliseconds.
 *
 * The client library has such a limit, but judges before it has read what has arrived: a process that was itself busy for that long
 * would cut its own healthy connections, and not know what had become of its writes.
 */
export declare function watchSilence(timeout: number, onSilence: () => void): SilenceWatch;
