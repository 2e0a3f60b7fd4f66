import { Worker } from "node:worker_threads";
import { Refusal } from "../domain/refusal.js";
import type { Image, ImageOptions } from "./draw_image.js";
import type { DrawAnswer, DrawRequest } from "./image_worker.js";

export type { Image, ImageOptions } from "./draw_image.js";

/** Draws QR codes in a thread of its own, since a large one takes the time of a hundred calls. */
export interface ImageRenderer {
  /**
   * Draws the content as a QR code, in the order of the calls.
   *
   * @throws Refusal INVALID_REQUEST when the image is too small or the code cannot hold the content (see `drawImage`),
   * RATE_LIMITED when too many are waiting, SERVER_DRAINING after `close`. The signal's reason when it aborts. Another
   * Error when the thread dies.
   */
  render(content: string, options: ImageOptions, signal?: AbortSignal): Promise<Image>;

  /** Ends the thread and refuses what is still waiting with SERVER_DRAINING. A second call changes nothing. */
  close(): Promise<void>;
}

/** One image that somebody waits for. */
interface Job {
  readonly request: DrawRequest;
  readonly resolve: (image: Image) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a renderer. Its thread starts with the first image, and keeps the process alive only while it draws.
 *
 * `maxPending` is how many images may wait, the one being drawn included: 256 by default.
 */
export function createImageRenderer({ maxPending = 256 }: { maxPending?: number } = {}): ImageRenderer {
  let worker: Worker | undefined;
  let drawing: Job | undefined;
  // Kept here and sent one by one, so that an abandoned image is never drawn and the bound is a real one.
  const waiting: Job[] = [];
  let closed: Promise<void> | undefined;

  function start(): Worker {
    const started = new Worker(...workerFile());
    const onEnd = (cause: unknown) => {
      // `error` is followed by `exit`, and a new thread may have started in between.
      if (worker !== started) return;
      worker = undefined;
      abandon(() => new Error("the thread that draws QR codes has ended", { cause }));
      void started.terminate();
    };
    started.on("message", (answer: DrawAnswer) => {
      if (worker !== started) return;
      const job = drawing;
      drawing = undefined;
      if (job) settle(job, answer);
      drawNext();
    });
    started.on("messageerror", onEnd);
    started.on("error", onEnd);
    started.on("exit", (code) => onEnd(`exit code ${code}`));
    return started;
  }

  function drawNext(): void {
    if (drawing) return;
    drawing = waiting.shift();
    if (!drawing) {
      worker?.unref();
      return;
    }
    try {
      worker ??= start();
    } catch (cause) {
      abandon(() => new Error("the thread that draws QR codes cannot be started", { cause }));
      return;
    }
    worker.ref();
    worker.postMessage(drawing.request);
  }

  function abandon(reasonFor: () => Error): void {
    const jobs = drawing ? [drawing, ...waiting] : [...waiting];
    drawing = undefined;
    waiting.length = 0;
    for (const job of jobs) job.reject(reasonFor());
  }

  function enqueue(request: DrawRequest, signal: AbortSignal | undefined): Promise<Image> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        const index = waiting.indexOf(job);
        if (index >= 0) waiting.splice(index, 1);
        job.reject(signal?.reason);
      };
      const forget = () => signal?.removeEventListener("abort", onAbort);
      const job: Job = {
        request,
        resolve(image) {
          forget();
          resolve(image);
        },
        reject(error) {
          forget();
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort);
      waiting.push(job);
      drawNext();
    });
  }

  return {
    async render(content, options, signal) {
      signal?.throwIfAborted();
      if (closed !== undefined) throw draining();
      if (waiting.length + (drawing ? 1 : 0) >= maxPending) {
        throw new Refusal("RATE_LIMITED", "too many QR images are waiting to be drawn");
      }
      return enqueue({ content, options }, signal);
    },

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
function workerFile(): ConstructorParameters<typeof Worker> {
  // The flags of the process are not for the thread: it needs no instrumentation that they may import.
  const execArgv: string[] = [];
  if (!import.meta.url.endsWith(".ts")) return [new URL("./image_worker.js", import.meta.url), { execArgv }];

  // From the sources (tsx, vitest) the thread loads tsx by itself: `--import tsx` does nothing outside the main thread
  // (privatenumber/tsx#354), and vitest's own loader is not known there.
  const file = JSON.stringify(new URL("./image_worker.ts", import.meta.url).href);
  const load = `import("tsx/esm/api").then(({ tsImport }) => tsImport(${file}, ${file}))`;
  return [load, { eval: true, execArgv }];
}

function settle(job: Job, answer: DrawAnswer): void {
  switch (answer.kind) {
    case "drawn":
      job.resolve(answer.image);
      return;
    case "refused":
      job.reject(new Refusal(answer.reason, answer.message, { fieldViolations: answer.fieldViolations }));
      return;
    case "failed":
      job.reject(new Error("a QR code could not be drawn", { cause: answer.at }));
      return;
  }
}

function draining(): Refusal {
  return new Refusal("SERVER_DRAINING", "the service is shutting down");
}
