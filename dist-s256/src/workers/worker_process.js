import cluster from "node:cluster";
/** What has to be settled once, before the first worker is started. */
export function prepareWorkers() {
    if (!cluster.isPrimary) {
        throw new Error("--workers cannot be used in a process that is itself a worker of node:cluster");
    }
    // This process takes the connections and deals them out in turn. Where workers take them themselves, the system gives
    // most of them to one or two, and workers that have lost this process would hold the port.
    cluster.schedulingPolicy = cluster.SCHED_RR;
    cluster.setupPrimary({ args: ["worker"] });
}
/** Starts a process of the same program, and has it serve. */
export function forkWorker(number, config) {
    const worker = cluster.fork();
    const passing = lastHandleTo(worker.process);
    const send = (order) => {
        // A worker that cannot be told anything has ended, which is heard of below.
        worker.send(order, () => { });
    };
    let onPong = () => { };
    const ended = new Promise((resolve) => {
        worker.once("exit", (code, signal) => {
            if (code !== 0)
                passing()?.close();
            resolve({ code, signal });
        });
        // Where there is no process there will be no exit.
        worker.on("error", () => {
            if (worker.process.pid === undefined)
                resolve({ code: null, signal: null });
        });
    });
    // Its last words can still be on the way when it is gone. After the channel has closed there are none.
    const silent = new Promise((resolve) => worker.once("disconnect", () => resolve()));
    const ready = new Promise((resolve, reject) => {
        worker.on("message", (report) => {
            if (report.kind === "waiting")
                send({ kind: "start", number, config });
            else if (report.kind === "ready")
                resolve(report.grpcAddress);
            else if (report.kind === "pong")
                onPong();
            else if (report.kind === "failed")
                reject(new Error(report.why));
        });
        worker.on("error", ({ message }) => {
            if (worker.process.pid === undefined)
                reject(new Error(`worker ${number} cannot be started: ${message}`));
        });
        void Promise.all([ended, silent]).then(([end]) => {
            reject(new Error(`worker ${number} ended before it served (${endText(end)})`));
        });
    });
    return {
        pid: worker.process.pid,
        ready,
        ended,
        ping(callback) {
            onPong = callback;
            send({ kind: "ping" });
        },
        stop: (last) => send({ kind: "stop", last }),
        kill: () => void worker.process.kill("SIGKILL"),
    };
}
/**
 * The last connection that was passed to a worker. Node.js (20, at least) closes its own copy of one when the worker says
 * that it has it. A worker that dies before leaves the client with a connection that stays open and is never answered.
 * To close it once more when it has been closed does nothing.
 */
function lastHandleTo(child) {
    let last;
    // The system would not start it.
    if (!child.connected)
        return () => undefined;
    const send = child.send.bind(child);
    child.send = (message, handle, ...others) => {
        if (isClosable(handle))
            last = handle;
        return Reflect.apply(send, child, [message, handle, ...others]);
    };
    return () => last;
}
function isClosable(handle) {
    return typeof handle === "object" && handle !== null && "close" in handle;
}
function endText({ code, signal }) {
    return signal === null ? `exit code ${code}` : `signal ${signal}`;
}
