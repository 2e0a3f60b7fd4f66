import { constants, fstatSync, openSync, writeSync } from "node:fs";
/** Steps in which {@link StandardStream.writeAll} waits for a full pipe, in milliseconds. */
const patience = { total: 500, step: 10 };
/** Opens a standard stream. `stream` gets the one of `process`, and is called only where nothing else helps. */
export function openStandardStream(fd, stream) {
    const own = withoutBlocking(fd, stream);
    const tryWrite = (data) => typeof data === "string" ? writeSync(own, data) : writeSync(own, data);
    return {
        tryWrite,
        writeAll(text) {
            let rest = Buffer.from(text);
            for (let waited = 0; rest.length > 0;) {
                try {
                    rest = rest.subarray(tryWrite(rest));
                }
                catch (error) {
                    if (error.code !== "EAGAIN" || waited >= patience.total)
                        throw error;
                    sleep(patience.step);
                    waited += patience.step;
                }
            }
        },
    };
}
/**
 * Returns a descriptor for the same file, pipe, terminal or socket whose writes do not wait.
 *
 * A pipe or terminal is opened once more: the flag is then ours alone. To set it on the descriptor that we were started with
 * would change it for all who share it, and each of them that ends would change it back.
 */
export function withoutBlocking(fd, stream) {
    const kind = fstatSync(fd);
    // Never waits for a reader. Its position is shared with whoever else writes to it.
    if (kind.isFile())
        return fd;
    try {
        return openSync(`/proc/self/fd/${fd}`, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    }
    catch {
        // A socket, a pipe of another user, one whose reader is gone, or a system without /proc. Node.js sets the flag on the
        // shared descriptor when its stream is made.
        stream();
        return fd;
    }
}
/** Blocks the process for so many milliseconds. */
export function sleep(ms) {
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, ms);
}
