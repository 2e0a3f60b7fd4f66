import cluster, {} from "node:cluster";
import { startApp } from "../app.js";
import { watchDescriptors } from "../descriptors.js";
import { systemClock } from "../domain/clock.js";
import { createProcessLog } from "../log/process_log.js";
import { redaction } from "../server/redaction.js";
import { serviceStopTimeout } from "../stop_timeouts.js";
/**
 * Serves on behalf of the process that has started this one, until that tells it to stop or is gone.
 *
 * Signals are for the parent: those that a terminal or a supervisor sends reach the whole group, and workers would all
 * stop at once.
 *
 * @throws Error when nobody has started it as a worker.
 */
export async function runWorker(around) {
    const { worker } = cluster;
    if (!worker)
        throw new Error("worker is what serve --workers starts; it is of no use by hand");
    around.ignoreSignals();
    worker.on("message", (order) => {
        if (order.kind === "ping")
            void report(worker, { kind: "pong" });
    });
    const { start, stop } = ordersTo(worker);
    await report(worker, { kind: "waiting" });
    const { number, config } = await start;
    const log = createProcessLog({ level: config.log.level, redact: redaction }, around).child({
        worker: number,
    });
    let app;
    try {
        app = await startApp(config, log);
    }
    catch (error) {
        await report(worker, { kind: "failed", why: error instanceof Error ? error.message : String(error) });
        worker.disconnect();
        return;
    }
    // It takes connections of its own; a limit that is too low its parent has said.
    const endDescriptors = watchDescriptors({ needed: 0, log, clock: systemClock });
    await report(worker, { kind: "ready", grpcAddress: app.grpcAddress });
    const reason = await stop;
    const timeoutMs = serviceStopTimeout(config.grpc);
    around.endAfter(timeoutMs, () => log.error({ timeoutMs }, "stopping took too long and is cut off"));
    if (reason === "parent gone")
        log.warn("the parent is gone, and this worker stops");
    // Once it listens no more and the channel is closed, nothing else may keep the process alive while it waits.
    const awake = setInterval(() => { }, 60_000);
    // Connections that are there stay until the stop closes them. New ones go to the others.
    if (reason === "others go on")
        worker.disconnect();
    await app.stop();
    endDescriptors();
    clearInterval(awake);
    worker.disconnect();
}
/** What the parent asks for. To lose the parent is to be asked to stop. */
function ordersTo(worker) {
    return {
        start: new Promise((resolve) => {
            worker.on("message", (order) => {
                if (order.kind === "start")
                    resolve(order);
            });
        }),
        stop: new Promise((resolve) => {
            worker.on("message", (order) => {
                if (order.kind === "stop")
                    resolve(order.last ? "last" : "others go on");
            });
            worker.once("disconnect", () => {
                // So it is when we have closed the channel ourselves.
                if (worker.exitedAfterDisconnect)
                    return;
                // Without this node:cluster ends the process on the spot, in the middle of its calls.
                worker.exitedAfterDisconnect = true;
                resolve("parent gone");
            });
        }),
    };
}
/** Fulfilled when it is sent, or cannot be sent because the parent is gone, which is heard of as the order to stop. */
function report(worker, text) {
    return new Promise((resolve) => worker.send(text, () => resolve()));
}
