import { Worker } from "node:worker_threads";
import { createFairQueue } from "../domain/fair_queue.js";
import { Refusal } from "../domain/refusal.js";
import { type Drawing, type Image, type ImageOptions, imageOf } from "./draw_image.js";
import type { DrawAnswer, DrawRequest } from "./image_worker.js";

export { type Drawing, drawingName, type Image, type ImageOptions, imageOf } from "./draw_image.js";

/** Caller who asks for an image, and the signal that ends the wait. */
export interface ImageCaller {
  /** Callers with different names take turns. */
  readonly caller?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Draws QR codes in a thread of its own, since a large one takes the time of a hundred calls. */
export interface ImageRenderer {
  /**
   * Draws the content as a QR code. Callers take turns; the images of one are drawn in the order of the calls.
   *
   * @throws Refusal INVALID_REQUEST when the image is too small or the code cannot hold the content (see `drawImage`),
   * RATE_LIMITED when too many are waiting, SERVER_DRAINING after `close`. The signal's reason when it aborts. Another
   * Error when the thread dies.
   */
  render(content: string, options: ImageOptions, by?: ImageCaller): Promise<Image>;

  /** As `render`, for callers that keep drawings: `imageOf` makes images of them. */
  draw(content: string, options: ImageOptions, by?: ImageCaller): Promise<Drawing>;

  /** Ends the thread and refuses what is still waiting with SERVER_DRAINING. A second call changes nothing. */
  close(): Promise<void>;
}

/** One drawing that somebody waits for. */
interface Job {
  readonly request: DrawRequest;
  readonly resolve: (drawing: Drawing) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Makes a renderer. Its thread starts with the first image, and keeps the process alive only while it draws.
 *
 * `maxPending` is how many images may wait, the one being drawn included: 256 by default. With so many the newest of the caller
 * who has most waiting is refused, so that nobody is kept out by another.
 */
export function createImageRenderer({ maxPending = 256 }: { maxPending?: number } = {}): ImageRenderer {
  let worker: Worker | undefined;
  let drawing: Job | undefined;
  // Kept here and sent one by one, so that an abandoned image is never drawn and the bound is a real one.
  const waiting = createFairQueue<Job>(maxPending - 1);
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
    begin(waiting.take());
  }

  function begin(job: Job | undefined): void {
    drawing = job;
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
    const jobs = [...(drawing ? [drawing] : []), ...waiting.clear()];
    drawing = undefined;
    for (const job of jobs) job.reject(reasonFor());
  }

  function enqueue(request: DrawRequest, { caller = "", signal }: ImageCaller): Promise<Drawing> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        waiting.remove(caller, job);
        job.reject(signal?.reason);
      };
      const forget = () => signal?.removeEventListener("abort", onAbort);
      const job: Job = {
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
      if (drawing) waiting.add(caller, job)?.reject(tooMany());
      else begin(job);
    });
  }

  async function draw(content: string, options: ImageOptions, by: ImageCaller = {}): Promise<Drawing> {
    by.signal?.throwIfAborted();
    if (closed !== undefined) throw draining();
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

function tooMany(): Refusal {
  return new Refusal("RATE_LIMITED", "too many QR images are waiting to be drawn");
}

function draining(): Refusal {
  return new Refusal("SERVER_DRAINING", "the service is shutting down");
}
