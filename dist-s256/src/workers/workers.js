import { keysInPlace } from "../auth/signing_keys.js";
import { systemClock } from "../domain/clock.js";
import { workerKillTimeout } from "../stop_timeouts.js";
import { createSlot } from "./slot.js";
import { forkWorker, prepareWorkers } from "./worker_process.js";
/**
 * Serves by several processes behind one port: connections are dealt out to them in turn. A worker that dies is replaced.
 *
 * The stop is one worker after the other, so that what one lets go of finds another.
 *
 * @throws Error when the store cannot be shared or a worker cannot serve; none is left running then.
 */
export async function startWorkers({ config, count, log, atExit }) {
    if (config.store.kind !== "redis") {
        throw new Error("--workers needs the Redis store, since processes share no memory: set store.kind to redis (QRLOGIN_STORE_KIND)");
    }
    prepareWorkers();
    const { grpc, tokenIssuer } = config;
    // All sign with the same keys. What the gateway may know is none of their business.
    const shared = {
        ...config,
        gateway: undefined,
        tokenIssuer: tokenIssuer && { ...tokenIssuer, keys: keysInPlace(tokenIssuer.keys) },
    };
    let { address } = grpc;
    let bound;
    function fork(number) {
        const worker = forkWorker(number, { ...shared, grpc: { ...grpc, address } });
        const ready = worker.ready.then((grpcAddress) => {
            bound ??= grpcAddress;
            if (grpcAddress === bound)
                return grpcAddress;
            // Port 0 stands for the same port as long as somebody has it. All were dead at once: from now on it has its number.
            address = bound;
            throw new Error(`it listens on ${grpcAddress} and not on ${bound}`);
        });
        return { ...worker, ready };
    }
    // Replacements start one at a time, so that many deaths at once make no storm, and to know who has the port.
    let turns = Promise.resolve();
    const inTurn = (task) => {
        turns = turns.then(task);
    };
    const stopDeadline = workerKillTimeout(grpc);
    const slots = Array.from({ length: count }, (_, index) => createSlot({ number: index + 1, fork, inTurn, stopDeadline, log, clock: systemClock }));
    const killAll = () => Promise.all(slots.map((slot) => slot.kill()));
    atExit(() => void killAll());
    // Between two workers nothing else would keep this process alive.
    const awake = setInterval(() => { }, 60_000);
    async function stop() {
        for (const [index, slot] of slots.entries())
            await slot.stop(index === count - 1);
        clearInterval(awake);
    }
    try {
        // One goes first: whatever makes it fail would make all fail, and is to be said once.
        const [first, ...others] = slots;
        const grpcAddress = (await first?.start()) ?? "";
        await Promise.all(others.map((slot) => slot.start()));
        let stopped;
        return {
            grpcAddress,
            stop() {
                stopped ??= stop();
                return stopped;
            },
        };
    }
    catch (error) {
        await killAll();
        clearInterval(awake);
        throw error;
    }
}
