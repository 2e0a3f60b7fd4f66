import { mkdtempSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { PNG } from "pngjs";

/** Video file that Chromium uses as its camera. */
export interface FakeCamera {
  /** Command-line switches for Chromium. */
  readonly switches: readonly string[];
  /** Shows an image (PNG, 640 × 480) the next time a page opens the camera. */
  show(png: Buffer): void;
  remove(): void;
}

const width = 640;
const height = 480;

/** Number of frames of the video. Chromium repeats it after the last one. */
const frames = 4;

/** Creates a camera with a blank image. */
export function createFakeCamera(): FakeCamera {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-camera-"));
  const file = join(folder, "camera.y4m");
  const camera: FakeCamera = {
    switches: ["--use-fake-device-for-media-stream", `--use-file-for-fake-video-capture=${file}`],
    show(png) {
      // Chromium reads the file again whenever the camera is opened.
      writeFileSync(`${file}.new`, videoOf(png));
      renameSync(`${file}.new`, file);
    },
    remove: () => rmSync(folder, { recursive: true }),
  };
  return camera;
}

/** Returns a video of one still image: YUV4MPEG2, 4:2:0, greyscale. */
function videoOf(png: Buffer): Buffer {
  const image = PNG.sync.read(png);
  if (image.width !== width || image.height !== height)
    throw new Error(`the camera has ${width} × ${height} pixels`);
  const frame = Buffer.alloc(width * height * 1.5, 128);
  for (let pixel = 0; pixel < width * height; pixel++) {
    const [red = 0, green = 0, blue = 0] = image.data.subarray(pixel * 4);
    frame[pixel] = 16 + (219 / 255) * (0.299 * red + 0.587 * green + 0.114 * blue);
  }
  const one = [Buffer.from("FRAME\n"), frame];
  const header = `YUV4MPEG2 W${width} H${height} F30:1 Ip A1:1 C420jpeg\n`;
  return Buffer.concat([Buffer.from(header), ...Array.from({ length: frames }, () => one).flat()]);
}
