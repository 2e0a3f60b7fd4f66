import { Worker } from "node:worker_threads";
import { createFairQueue } from "../base/fair_queue.js";
import { createLimitError, TicketError } from "../domain/ticket_error.js";
import { type Drawing, type Image, type ImageOptions, imageOf } from "./draw_image.js";
import type { ImageObserver } from "./image_observer.js";
import type { DrawRequest, DrawResult } from "./image_worker.js";

export { type Drawing, drawingKey, type Image, type ImageOptions, imageOf } from "./draw_image.js";

/** Caller that requests an image, and the signal that ends its wait. */
export interface RenderOptions {
  /** Key for fair queueing: callers with different keys take turns. */
  readonly caller?: string;
  readonly signal?: AbortSignal | undefined;
}

/** Renderer that draws QR codes in a worker thread, since a large one takes the time of a hundred calls. */
export interface ImageRenderer {
  /**
   * Draws the content as a QR code. Callers take turns; images of the same caller are drawn in call order.
   *
   * @throws TicketError INVALID_REQUEST when the image is too small or the code cannot hold the content (see
   * `drawImage`).
   * @throws TicketError RATE_LIMITED when too many images are pending, SERVER_DRAINING after `close`.
   * @throws the signal's reason when it aborts; another Error when the thread ends.
   */
  render(content: string, options: ImageOptions, callOptions?: RenderOptions): Promise<Image>;

  /** Does the slow part of `render`, for callers that cache drawings. `imageOf` creates images from them. */
  draw(content: string, options: ImageOptions, callOptions?: RenderOptions): Promise<Drawing>;

  /** Ends the thread and rejects pending images with SERVER_DRAINING. The call is idempotent. */
  close(): Promise<void>;
}

/** Pending drawing. */
interface DrawJob {
  readonly request: DrawRequest;
  readonly resolve: (drawing: Drawing) => void;
  readonly reject: (error: unknown) => void;
}

/**
 * Creates a renderer. Its thread starts with the first image, and keeps the process alive only while it
 * draws.
 *
 * `maxPending` limits the pending images, including the one being drawn; 256 by default. At the limit, the
 * newest image of the caller with the most pending images is rejected, so that no caller can block another.
 */
export function createImageRenderer({
  maxPending = 256,
  observer,
}: {
  maxPending?: number;
  observer?: ImageObserver | undefined;
} = {}): ImageRenderer {
  let worker: Worker | undefined;
  let activeJob: DrawJob | undefined;
  // Queued here and posted one by one, so that an aborted image is never drawn and the limit is exact.
  const queue = createFairQueue<DrawJob>(maxPending - 1);
  let closed: Promise<void> | undefined;

  function startWorker(): Worker {
    const newWorker = new Worker(...workerParameters());
    const onEnd = (cause: unknown) => {
      // `exit` follows `error`, and a new thread may have started in between.
      if (worker !== newWorker) return;
      worker = undefined;
      rejectAll(() => new Error("the thread that draws QR codes has ended", { cause }));
      void newWorker.terminate();
    };
    newWorker.on("message", (result: DrawResult) => {
      if (worker !== newWorker) return;
      const job = activeJob;
      activeJob = undefined;
      if (job) settle(job, result);
      drawNext();
    });
    newWorker.on("messageerror", onEnd);
    newWorker.on("error", onEnd);
    newWorker.on("exit", (code) => onEnd(`exit code ${code}`));
    return newWorker;
  }

  function drawNext(): void {
    startJob(queue.take());
  }

  function startJob(job: DrawJob | undefined): void {
    activeJob = job;
    if (!activeJob) {
      worker?.unref();
      return;
    }
    try {
      worker ??= startWorker();
    } catch (cause) {
      rejectAll(() => new Error("the thread that draws QR codes cannot be started", { cause }));
      return;
    }
    worker.ref();
    worker.postMessage(activeJob.request);
  }

  function rejectAll(createError: () => Error): void {
    const jobs = [...(activeJob ? [activeJob] : []), ...queue.clear()];
    activeJob = undefined;
    for (const job of jobs) job.reject(createError());
  }

  function enqueue(request: DrawRequest, { caller = "", signal }: RenderOptions): Promise<Drawing> {
    return new Promise((resolve, reject) => {
      const onAbort = () => {
        queue.remove(caller, job);
        job.reject(signal?.reason);
      };
      const removeListener = () => signal?.removeEventListener("abort", onAbort);
      const job: DrawJob = {
        request,
        resolve(result) {
          removeListener();
          resolve(result);
        },
        reject(error) {
          removeListener();
          reject(error);
        },
      };
      signal?.addEventListener("abort", onAbort);
      if (activeJob) queue.add(caller, job)?.reject(tooManyPendingError());
      else startJob(job);
    });
  }

  async function draw(
    content: string,
    options: ImageOptions,
    callOptions: RenderOptions = {},
  ): Promise<Drawing> {
    callOptions.signal?.throwIfAborted();
    if (closed !== undefined) throw drainingError();
    const startedAt = performance.now();
    let isDrawn = false;
    observer?.onStart();
    try {
      const drawing = await enqueue({ content, options }, callOptions);
      isDrawn = true;
      return drawing;
    } finally {
      observer?.onEnd(isDrawn, performance.now() - startedAt);
    }
  }

  return {
    render: async (content, options, callOptions) =>
      imageOf(await draw(content, options, callOptions), options),
    draw,

    close() {
      closed ??= (async () => {
        const lastWorker = worker;
        worker = undefined;
        rejectAll(drainingError);
        await lastWorker?.terminate();
      })();
      return closed;
    },
  };
}

/** Returns the worker script: the neighbouring file, as JavaScript in the built package. */
function workerParameters(): ConstructorParameters<typeof Worker> {
  // The process's flags are not passed on: the thread does not need the instrumentation that they may import.
  const execArgv: string[] = [];
  if (!import.meta.url.endsWith(".ts")) return [new URL("./image_worker.js", import.meta.url), { execArgv }];

  // When run from TypeScript (tsx, vitest), the thread loads tsx itself. `--import tsx` has no effect outside
  // the main thread (privatenumber/tsx#354), and vitest's loader is not available in the thread.
  const file = JSON.stringify(new URL("./image_worker.ts", import.meta.url).href);
  const load = `import("tsx/esm/api").then(({ tsImport }) => tsImport(${file}, ${file}))`;
  return [load, { eval: true, execArgv }];
}

function settle(job: DrawJob, result: DrawResult): void {
  switch (result.kind) {
    case "drawn":
      job.resolve(result.drawing);
      return;
    case "rejected":
      job.reject(new TicketError(result.reason, result.message, { fieldViolations: result.fieldViolations }));
      return;
    case "failed":
      job.reject(new Error("a QR code could not be drawn", { cause: result.stack }));
      return;
  }
}

function tooManyPendingError(): TicketError {
  return createLimitError("qr_images", "too many QR images are waiting to be drawn");
}

function drainingError(): TicketError {
  return new TicketError("SERVER_DRAINING", "the service is shutting down");
}
