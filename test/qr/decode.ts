import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import { Resvg } from "@resvg/resvg-js";
import jsqr from "jsqr";
import { PNG } from "pngjs";
import { prepareZXingModule, readBarcodes } from "zxing-wasm/reader";
import type { Image } from "../../src/qr/draw_image.js";

/** Pixels of four bytes: red, green, blue, opacity. */
export interface Bitmap {
  readonly width: number;
  readonly height: number;
  readonly data: Uint8ClampedArray<ArrayBuffer>;
}

// jsqr's types describe another kind of module: in Node.js the exports object itself is the default.
const readWithJsqr = jsqr as unknown as typeof jsqr.default;

const wasm = createRequire(import.meta.url).resolve("zxing-wasm/reader/zxing_reader.wasm");
// With the file given, it fetches nothing.
prepareZXingModule({ overrides: { wasmBinary: Uint8Array.from(readFileSync(wasm)).buffer } });

/** Returns the pixels of an image: a decoded PNG, or an SVG drawn at its own size or at `width`. */
export function bitmapOf(image: Image, width?: number): Bitmap {
  if (image.mediaType === "image/png") {
    const png = PNG.sync.read(Buffer.from(image.data));
    return { width: png.width, height: png.height, data: Uint8ClampedArray.from(png.data) };
  }
  const svg = new TextDecoder().decode(image.data);
  const drawn = new Resvg(svg, width ? { fitTo: { mode: "width", value: width } } : {}).render();
  return { width: drawn.width, height: drawn.height, data: Uint8ClampedArray.from(drawn.pixels) };
}

/** Reads the code with two independent decoders. A result is undefined if its decoder finds no code. */
export async function decode(
  bitmap: Bitmap,
): Promise<{ jsqr: string | undefined; zxing: string | undefined }> {
  const found = readWithJsqr(bitmap.data, bitmap.width, bitmap.height, { inversionAttempts: "dontInvert" });
  const codes = await readBarcodes(bitmap, { formats: ["QRCode"] });
  return { jsqr: found?.data, zxing: codes[0]?.text };
}

/** Returns the bitmap on a white page with a border of `pixels`. */
export function padWithWhite(bitmap: Bitmap, pixels: number): Bitmap {
  const width = bitmap.width + 2 * pixels;
  const height = bitmap.height + 2 * pixels;
  const data = new Uint8ClampedArray(width * height * 4).fill(255);
  for (let y = 0; y < bitmap.height; y++) {
    const row = bitmap.data.subarray(y * bitmap.width * 4, (y + 1) * bitmap.width * 4);
    data.set(row, ((y + pixels) * width + pixels) * 4);
  }
  return { width, height, data };
}
