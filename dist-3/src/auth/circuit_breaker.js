/** Length of the first pause, and the length that pauses grow to, in milliseconds. */
const pauses = { first: 1_000, most: 10_000 };
/**
 * So many failures in a row, of as many callers where these are told apart, show that the peer is away, and so many calls at a
 * time find out whether it is back. One alone may be a lost connection, or be due to what the one caller asked for.
 */
const threshold = 3;
/** The peer was not asked. The cause is its last failure. */
export class CircuitOpen extends Error {
    constructor(cause) {
        super("It has failed a moment ago and is not asked again yet.", { cause });
        this.name = "CircuitOpen";
    }
}
/** Creates a circuit breaker that is closed. */
export function createCircuitBreaker(options) {
    const { isFailure = () => true, clock } = options;
    const failed = new Set();
    let lastFailure;
    let running = 0;
    let opened = 0;
    /** Tells apart the calls that began before the last pause: they say nothing about the time after it. */
    let turn = 0;
    let pausedUntil = Number.NEGATIVE_INFINITY;
    function fail(by, error) {
        lastFailure = error;
        failed.add(by?.id ?? Symbol("another failure"));
        // Away before and away again: one failure is enough then, unless it may be due to the caller.
        if (failed.size >= (by === undefined && opened > 0 ? 1 : threshold))
            open();
    }
    function open() {
        failed.clear();
        turn += 1;
        pausedUntil = clock.now() + Math.min(pauses.first * 2 ** opened, pauses.most);
        opened += 1;
    }
    function close() {
        failed.clear();
        opened = 0;
        pausedUntil = Number.NEGATIVE_INFINITY;
    }
    return {
        async run(work, by) {
            const isFull = opened > 0 && running >= threshold;
            if (clock.now() < pausedUntil || isFull)
                throw new CircuitOpen(lastFailure);
            const began = turn;
            running += 1;
            try {
                const value = await work();
                close();
                return value;
            }
            catch (error) {
                if (!by?.signal?.aborted) {
                    if (!isFailure(error))
                        close();
                    else if (began === turn)
                        fail(by, error);
                }
                throw error;
            }
            finally {
                running -= 1;
            }
        },
    };
}
