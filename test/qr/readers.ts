import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { PNG } from "pngjs";
import { withTimeout } from "../support/timeout.js";
import { findTool } from "../support/tools.js";
import { type Bitmap, decode } from "./decode.js";

/** Tested families of readers. The first two run in this process, the others in their own processes. */
export const families = ["jsqr", "zxing", "zbar", "quirc", "opencv", "zxingJava"] as const;
export type Family = (typeof families)[number];

/** Text that each family has read; undefined if it found no code. */
export type Readings = Readonly<Record<Family, string | undefined>>;

export interface Readers {
  read(bitmap: Bitmap): Promise<Readings>;
  /** Ends the processes and removes the images. */
  stop(): Promise<void>;
}

/** Folder created by `scripts/install-readers`. */
const folder = process.env.QR_READERS ?? "";
const zxingJar = "/usr/share/java/core.jar";

const python = { ...process.env, PYTHONPATH: join(folder, "python") };

const found = findTool("QR code readers", () =>
  existsSync(join(folder, "libquirc.so")) &&
  existsSync(zxingJar) &&
  spawnSync("javac", ["-version"]).status === 0 &&
  spawnSync("python3", ["-c", "import cv2; from pyzbar import pyzbar"], { env: python }).status === 0
    ? undefined
    : "QR_READERS names no folder that scripts/install-readers has made",
);

/** True if the tests that need all readers run. */
export const hasReaders = found.isUsable;

/** Suffix for the titles of tests that need the readers. */
export const withoutReaders = found.skipNote;

/** Starts the readers, one process for all images of a family. */
export function startReaders(): Readers {
  const resolvePath = (path: string) => fileURLToPath(new URL(path, import.meta.url));
  const imageFolder = mkdtempSync(join(tmpdir(), "qrlogin-images-"));
  const pythonReader = startReader(
    "python3",
    [resolvePath("readers.py"), join(folder, "libquirc.so")],
    python,
  );
  const javaReader = startReader("java", ["-cp", zxingJar, resolvePath("ZxingReader.java")], process.env);
  return {
    async read(bitmap) {
      const path = join(imageFolder, "image.png");
      writeFileSync(path, pngOf(bitmap));
      const [inProcess, answer, zxingJava] = await Promise.all([
        decode(bitmap),
        pythonReader.ask(path),
        javaReader.ask(path),
      ]);
      const { zbar, quirc, opencv } = JSON.parse(answer);
      return {
        ...inProcess,
        ...{ zbar: textOf(zbar), quirc: textOf(quirc), opencv: textOf(opencv) },
        zxingJava: textOf(zxingJava === "-" ? null : zxingJava),
      };
    },
    async stop() {
      await Promise.all([pythonReader.stop(), javaReader.stop()]);
      rmSync(imageFolder, { recursive: true });
    },
  };
}

/** Decodes the text with one character per byte that is not UTF-8, so that a wrong text differs. */
function textOf(base64: string | null): string | undefined {
  return base64 === null ? undefined : Buffer.from(base64, "base64").toString("utf8");
}

function pngOf({ width, height, data }: Bitmap): Buffer {
  const png = new PNG();
  return PNG.sync.write(Object.assign(png, { width, height, data: Buffer.from(data) }));
}

/** Running reader processes, which must not outlive the tests. */
const running = new Set<ChildProcess>();
process.once("exit", () => {
  for (const child of running) child.kill("SIGKILL");
});

/** Starts a process that writes one line for each line it reads. */
function startReader(command: string, args: readonly string[], env: NodeJS.ProcessEnv) {
  const child = spawn(command, args, { env, stdio: ["pipe", "pipe", "inherit"] });
  running.add(child);
  const exited = once(child, "exit").finally(() => running.delete(child));
  const answers = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  return {
    async ask(line: string): Promise<string> {
      child.stdin.write(`${line}\n`);
      const { value, done } = await withTimeout(answers.next(), `an answer of ${command}`);
      if (done) throw new Error(`${command} has ended`);
      return value;
    },
    async stop() {
      child.stdin.end();
      await withTimeout(exited, `the end of ${command}`);
    },
  };
}
