import { execFile } from "node:child_process";
import { getEventListeners, once } from "node:events";
import { mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import type { Worker } from "node:worker_threads";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { TicketError } from "../../src/domain/ticket_error.js";
import { drawImage } from "../../src/qr/draw_image.js";
import type { ImageOptions, ImageRenderer } from "../../src/qr/image_renderer.js";
import { createImageRenderer } from "../../src/qr/image_renderer.js";
import { contents } from "./sample_contents.js";

const runFile = promisify(execFile);
const root = fileURLToPath(new URL("../..", import.meta.url));
const options: ImageOptions = { format: "PNG", size: 320, margin: 4, errorCorrection: "M" };
const content = contents.none;
/** Content of an invalid type: Node.js throws an error in the thread that quotes it. */
const invalidContent = 1234567890 as unknown as string;

// Node.js reports every thread that is started, so that the renderer needs no hook for the tests.
let workers: Worker[] = [];
const onWorker = (thread: Worker) => workers.push(thread);
const renderers: ImageRenderer[] = [];

function newRenderer(settings?: { maxPending: number }): ImageRenderer {
  const renderer = createImageRenderer(settings);
  renderers.push(renderer);
  return renderer;
}

beforeEach(() => {
  workers = [];
  process.on("worker", onWorker);
});

afterEach(async () => {
  await Promise.all(renderers.splice(0).map((renderer) => renderer.close()));
  process.off("worker", onWorker);
  // A thread that has ended has the id -1.
  expect(workers.map((thread) => thread.threadId).filter((id) => id !== -1)).toEqual([]);
});

describe("the renderer", () => {
  it("draws in one thread, which the first image starts", async () => {
    const renderer = newRenderer();
    expect(workers).toHaveLength(0);
    const svg: ImageOptions = { ...options, format: "SVG" };
    const images = await Promise.all([renderer.render(content, options), renderer.render(content, svg)]);
    await renderer.render(content, options);
    expect(workers).toHaveLength(1);
    expect(images).toEqual([drawImage(content, options), drawImage(content, svg)]);
  });

  it("draws concurrent images and resolves each call with its own image", async () => {
    const renderer = newRenderer();
    const asked = Array.from({ length: 50 }, (_, index) => `${content}${index}`);
    const images = await Promise.all(
      asked.map((text) => renderer.render(text, { ...options, format: "SVG" })),
    );
    expect(images).toEqual(asked.map((text) => drawImage(text, { ...options, format: "SVG" })));
  });

  it("passes errors on with their details, and continues", async () => {
    const renderer = newRenderer();
    const refused = renderer.render(content, { ...options, size: 64 });
    await expect(refused).rejects.toBeInstanceOf(TicketError);
    await expect(refused).rejects.toMatchObject({
      reason: "INVALID_REQUEST",
      fieldViolations: [
        {
          field: "qr_image.size",
          description: expect.stringMatching(/^needs at least \d+ pixels for this code$/),
        },
      ],
    });
    await renderer.render(content, options);
    expect(workers).toHaveLength(1);
  });

  it("rejects images with RATE_LIMITED when too many are pending, and accepts them afterwards", async () => {
    const renderer = newRenderer({ maxPending: 2 });
    const pending = [renderer.render(content, options), renderer.render(content, options)];
    await expect(renderer.render(content, options)).rejects.toMatchObject({
      name: "TicketError",
      reason: "RATE_LIMITED",
    });
    await Promise.all(pending);
    await renderer.render(content, options);
  });

  it("takes turns between callers, so that many images of one do not delay another", async () => {
    const renderer = newRenderer();
    const order: string[] = [];
    const ask = (caller: string) =>
      renderer.render(content, options, { caller }).then(() => order.push(caller));
    await Promise.all([...Array.from({ length: 20 }, () => ask("many")), ask("one"), ask("one")]);
    // One image is already being drawn; then the callers take turns.
    expect(order.slice(0, 5)).toEqual(["many", "many", "one", "many", "one"]);
  });

  it("rejects the newest image of the caller with the most pending images when the queue is full", async () => {
    const renderer = newRenderer({ maxPending: 4 });
    const ofMany = Array.from({ length: 4 }, () => renderer.render(content, options, { caller: "many" }));
    const ends = Promise.allSettled(ofMany);
    await renderer.render(content, options, { caller: "one" });
    expect((await ends).map(({ status }) => status)).toEqual([
      "fulfilled",
      "fulfilled",
      "fulfilled",
      "rejected",
    ]);
    await expect(ofMany[3]).rejects.toMatchObject({ reason: "RATE_LIMITED" });
  });

  it("allows 256 pending images by default", async () => {
    const renderer = newRenderer();
    const pending = Array.from({ length: 256 }, () => renderer.render(content, options));
    const ends = Promise.allSettled(pending);
    await expect(renderer.render(content, options)).rejects.toMatchObject({ reason: "RATE_LIMITED" });
    await renderer.close();
    expect((await ends).every((end) => end.status === "rejected")).toBe(true);
  });

  it("continues after an unexpected error and reports it without the text", async () => {
    const renderer = newRenderer();
    const [failed, next] = await Promise.allSettled([
      renderer.render(invalidContent, options),
      renderer.render(content, options),
    ]);
    expect(next.status).toBe("fulfilled");
    const { reason: error } = failed as PromiseRejectedResult;
    expect(error).toBeInstanceOf(Error);
    expect(error).not.toBeInstanceOf(TicketError);
    expect(error.cause).toMatch(/^TypeError.*image_worker/s);
    expect(`${error.message} ${error.cause}`).not.toContain("1234567890");
    expect(workers).toHaveLength(1);
  });

  it("rejects pending images when the thread ends, and starts another one for the next image", async () => {
    const renderer = newRenderer();
    await renderer.render(content, options);
    const pending = Promise.allSettled([
      renderer.render(content, options),
      renderer.render(content, options),
    ]);
    await workers[0]?.terminate();
    for (const end of await pending) {
      expect(end).toMatchObject({ status: "rejected", reason: { name: "Error" } });
    }
    expect(await renderer.render(content, options)).toEqual(drawImage(content, options));
    expect(workers).toHaveLength(2);
  });

  it("starts another thread after an idle one has ended", async () => {
    const renderer = newRenderer();
    await renderer.render(content, options);
    await workers[0]?.terminate();
    await renderer.render(content, options);
    expect(workers).toHaveLength(2);
  });
});

describe("an aborted image", () => {
  it("is not drawn when the signal is already aborted", async () => {
    const reason = new Error("the caller left");
    await expect(newRenderer().render(content, options, { signal: AbortSignal.abort(reason) })).rejects.toBe(
      reason,
    );
    expect(workers).toHaveLength(0);
  });

  it("rejects with the signal's reason and leaves the queue", async () => {
    const renderer = newRenderer({ maxPending: 2 });
    const abort = new AbortController();
    const reason = new Error("the caller left");
    const first = renderer.render(content, options);
    const second = renderer.render(content, options, abort);
    abort.abort(reason);
    const third = renderer.render(content, options);
    await expect(second).rejects.toBe(reason);
    expect(await Promise.all([first, third])).toHaveLength(2);
  });

  it("keeps its turn while it is being drawn, and does not affect other images", async () => {
    const renderer = newRenderer({ maxPending: 2 });
    const abort = new AbortController();
    const reason = new Error("the caller left");
    const first = renderer.render(`${content} `, options, abort);
    abort.abort(reason);
    const second = renderer.render(content, options);
    await expect(renderer.render(content, options)).rejects.toMatchObject({ reason: "RATE_LIMITED" });
    await expect(first).rejects.toBe(reason);
    expect(await second).toEqual(drawImage(content, options));
  });

  it("leaves no listener on the signal, and neither does a drawn or rejected image", async () => {
    const renderer = newRenderer();
    const { signal } = new AbortController();
    await renderer.render(content, options, { signal });
    await expect(renderer.render(content, { ...options, size: 64 }, { signal })).rejects.toBeInstanceOf(
      TicketError,
    );
    const pending = renderer.render(content, options, { signal });
    expect(getEventListeners(signal, "abort")).toHaveLength(1);
    await Promise.all([renderer.close(), expect(pending).rejects.toBeInstanceOf(TicketError)]);
    expect(getEventListeners(signal, "abort")).toHaveLength(0);
  });
});

describe("a closed renderer", () => {
  it("ends its thread and rejects pending images with SERVER_DRAINING", async () => {
    const renderer = newRenderer();
    const pending = Promise.allSettled([
      renderer.render(content, options),
      renderer.render(content, options),
    ]);
    await new Promise(setImmediate);
    const [thread] = workers as [Worker];
    const ended = once(thread, "exit");
    await renderer.close();
    await ended;
    for (const end of await pending) {
      expect(end).toMatchObject({
        status: "rejected",
        reason: { name: "TicketError", reason: "SERVER_DRAINING" },
      });
    }
    expect(thread.threadId).toBe(-1);
  });

  it("rejects further images, and closing it is idempotent", async () => {
    const renderer = newRenderer();
    await renderer.close();
    await renderer.close();
    await expect(renderer.render(content, options)).rejects.toMatchObject({ reason: "SERVER_DRAINING" });
    expect(workers).toHaveLength(0);
  });
});

describe("a process that draws without closing the renderer", () => {
  let folder: string;

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), "qrlogin-"));
    symlinkSync(join(root, "node_modules"), join(folder, "node_modules"));
    writeFileSync(join(folder, "package.json"), '{"type":"module"}');
  });

  afterEach(() => rmSync(folder, { recursive: true, force: true }));

  /** Draws twice with the module at `path`, prints the result, and lets Node.js end the process. */
  async function drawAndEnd(path: string, ...flags: string[]): Promise<string> {
    const script = `import { createImageRenderer } from ${JSON.stringify(path)};
      const renderer = createImageRenderer();
      for (const text of ["first", "second"]) {
        const image = await renderer.render(text, ${JSON.stringify(options)});
        console.log(Buffer.from(image.data.subarray(1, 4)).toString());
      }`;
    writeFileSync(join(folder, "draw.js"), script);
    return (
      await runFile(process.execPath, [...flags, join(folder, "draw.js")], { cwd: root, timeout: 20_000 })
    ).stdout;
  }

  it("waits for its images and then ends, when run from TypeScript by tsx", async () => {
    expect(await drawAndEnd(join(root, "src/qr/image_renderer.ts"), "--import", "tsx")).toBe("PNG\nPNG\n");
  });

  it("waits for its images and then ends, when run from JavaScript", async () => {
    const config = {
      extends: join(root, "tsconfig.build.json"),
      compilerOptions: { rootDir: root, outDir: folder },
      files: ["image_renderer.ts", "image_worker.ts"].map((file) => join(root, "src/qr", file)),
      include: [],
    };
    writeFileSync(join(folder, "tsconfig.json"), JSON.stringify(config));
    await runFile(process.execPath, [join(root, "node_modules/typescript/bin/tsc"), "-p", folder]);
    expect(await drawAndEnd(join(folder, "src/qr/image_renderer.js"))).toBe("PNG\nPNG\n");
  });
});
