import { watchLife } from "./life.js";
import { pauseAfter, steadyLife } from "./pause.js";
/** How long a worker may take until it serves, in milliseconds. Long, since many may start on few cores. */
const startDeadline = 120_000;
/** Makes an empty place. */
export function createSlot({ number, fork, inTurn, stopDeadline, log, clock }) {
    let current;
    let serves = false;
    let emptied = false;
    let cancelPause = () => { };
    let stopWatching = () => { };
    let deaths = 0;
    let starts = 0;
    async function start() {
        const worker = fork(number);
        current = worker;
        const cancel = clock.after(startDeadline, () => worker.kill());
        try {
            const grpcAddress = await worker.ready;
            serves = true;
            const since = clock.now();
            log.info({ worker: number, starts: ++starts, workerPid: worker.pid }, "worker serves");
            stopWatching = watchLife(worker, clock, (silentMs) => {
                log.error({ ...naming(worker), silentMs }, "worker does not answer and is killed");
                worker.kill();
            });
            void worker.ended.then((end) => {
                stopWatching();
                over(worker, end, clock.now() - since);
            });
            return grpcAddress;
        }
        catch (error) {
            worker.kill();
            await worker.ended;
            throw error;
        }
        finally {
            cancel();
        }
    }
    function over(worker, end, life) {
        serves = false;
        if (emptied) {
            log[end.code === 0 ? "info" : "warn"]({ ...naming(worker), ...end }, "worker stopped");
        }
        else {
            if (life >= steadyLife)
                deaths = 0;
            const pauseMs = pauseAfter(++deaths);
            log.warn({ ...naming(worker), ...end, pauseMs }, "worker died and is replaced");
            refillAfter(pauseMs);
        }
    }
    function refillAfter(pauseMs) {
        cancelPause = clock.after(pauseMs, () => inTurn(refill));
    }
    async function refill() {
        if (emptied)
            return;
        try {
            await start();
        }
        catch (error) {
            if (emptied)
                return;
            const pauseMs = pauseAfter(++deaths);
            const why = error instanceof Error ? error.message : String(error);
            log.error({ worker: number, why, pauseMs }, "worker cannot serve and is tried again");
            refillAfter(pauseMs);
        }
    }
    const naming = ({ pid }) => ({ worker: number, workerPid: pid });
    function empty() {
        emptied = true;
        cancelPause();
        return current;
    }
    async function kill() {
        const worker = empty();
        worker?.kill();
        await worker?.ended;
    }
    return {
        start,
        kill,
        async stop(last) {
            const worker = empty();
            if (!worker || !serves)
                return kill();
            log.info(naming(worker), "worker stops");
            // It closes the channel before it has finished its calls. From now on the deadline counts.
            stopWatching();
            worker.stop(last);
            const cancel = clock.after(stopDeadline, () => worker.kill());
            await worker.ended;
            cancel();
        },
    };
}
