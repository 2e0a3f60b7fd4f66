import { Worker } from "node:worker_threads";
import { createFairQueue } from "../domain/fair_queue.js";
import { Refusal } from "../domain/refusal.js";
import { imageOf } from "./draw_image.js";
export { drawingName, imageOf } from "./draw_image.js";
/**
 * Makes a renderer. Its thread starts with the first image, and keeps the process alive only while it draws.
 *
 * `maxPending` is how many images may wait, the one being drawn included: 256 by default. With so many the newest of the caller
 * who has most waiting is refused, so that nobody is kept out by another.
 */
export function createImageRenderer({ maxPending = 256 } = {}) {
    let worker;
    let drawing;
    // Kept here and sent one by one, so that an abandoned image is never drawn and the bound is a real one.
    const waiting = createFairQueue(maxPending - 1);
    let closed;
    function start() {
        const started = new Worker(...workerFile());
        const onEnd = (cause) => {
            // `error` is followed by `exit`, and a new thread may have started in between.
            if (worker !== started)
                return;
            worker = undefined;
            abandon(() => new Error("the thread that draws QR codes has ended", { cause }));
            void started.terminate();
        };
        started.on("message", (answer) => {
            if (worker !== started)
                return;
            const job = drawing;
            drawing = undefined;
            if (job)
                settle(job, answer);
            drawNext();
        });
        started.on("messageerror", onEnd);
        started.on("error", onEnd);
        started.on("exit", (code) => onEnd(`exit code ${code}`));
        return started;
    }
    function drawNext() {
        begin(waiting.take());
    }
    function begin(job) {
        drawing = job;
        if (!drawing) {
            worker?.unref();
            return;
        }
        try {
            worker ??= start();
        }
        catch (cause) {
            abandon(() => new Error("the thread that draws QR codes cannot be started", { cause }));
            return;
        }
        worker.ref();
        worker.postMessage(drawing.request);
    }
    function abandon(reasonFor) {
        const jobs = [...(drawing ? [drawing] : []), ...waiting.clear()];
        drawing = undefined;
        for (const job of jobs)
            job.reject(reasonFor());
    }
    function enqueue(request, { caller = "", signal }) {
        return new Promise((resolve, reject) => {
            const onAbort = () => {
                waiting.remove(caller, job);
                job.reject(signal?.reason);
            };
            const forget = () => signal?.removeEventListener("abort", onAbort);
            const job = {
                request,
                resolve(drawn) {
                    forget();
                    resolve(drawn);
                },
                reject(error) {
                    forget();
                    reject(error);
                },
            };
            signal?.addEventListener("abort", onAbort);
            if (drawing)
                waiting.add(caller, job)?.reject(tooMany());
            else
                begin(job);
        });
    }
    async function draw(content, options, by = {}) {
        by.signal?.throwIfAborted();
        if (closed !== undefined)
            throw draining();
        return enqueue({ content, options }, by);
    }
    return {
        render: async (content, options, by) => imageOf(await draw(content, options, by), options),
        draw,
        close() {
            closed ??= (async () => {
                const last = worker;
                worker = undefined;
                abandon(draining);
                await last?.terminate();
            })();
            return closed;
        },
    };
}
/** What to run in the thread: the file beside this one, which is JavaScript once this one is. */
function workerFile() {
    // The flags of the process are not for the thread: it needs no instrumentation that they may import.
    const execArgv = [];
    if (!import.meta.url.endsWith(".ts"))
        return [new URL("./image_worker.js", import.meta.url), { execArgv }];
    // From the sources (tsx, vitest) the thread loads tsx by itself: `--import tsx` does nothing outside the main thread
    // (privatenumber/tsx#354), and vitest's own loader is not known there.
    const file = JSON.stringify(new URL("./image_worker.ts", import.meta.url).href);
    const load = `import("tsx/esm/api").then(({ tsImport }) => tsImport(${file}, ${file}))`;
    return [load, { eval: true, execArgv }];
}
function settle(job, answer) {
    switch (answer.kind) {
        case "drawn":
            job.resolve(answer.drawing);
            return;
        case "refused":
            job.reject(new Refusal(answer.reason, answer.message, { fieldViolations: answer.fieldViolations }));
            return;
        case "failed":
            job.reject(new Error("a QR code could not be drawn", { cause: answer.at }));
            return;
    }
}
function tooMany() {
    return new Refusal("RATE_LIMITED", "too many QR images are waiting to be drawn");
}
function draining() {
    return new Refusal("SERVER_DRAINING", "the service is shutting down");
}
