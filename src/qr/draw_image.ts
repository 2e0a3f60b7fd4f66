import { PNG } from "pngjs";
import { Refusal } from "../domain/refusal.js";
import type { ErrorCorrection, Matrix } from "./matrix.js";
import { encode } from "./matrix.js";

/** How to draw a QR code. The caller has checked the ranges. */
export interface ImageOptions {
  readonly format: "SVG" | "PNG";
  /** Width and height in pixels. */
  readonly size: number;
  /** Quiet zone in modules, at least. */
  readonly margin: number;
  readonly errorCorrection: ErrorCorrection;
}

/** A drawn QR code. */
export interface Image {
  readonly mediaType: "image/svg+xml" | "image/png";
  /** The image file. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** Where the code lies in the image, in pixels. */
interface Place {
  /** Width of a module. */
  readonly scale: number;
  /** Distance of the code from the left and from the top. */
  readonly offset: number;
}

/** Below this a camera does not tell the modules apart. */
const minPixelsPerModule = 2;

/**
 * Draws a QR code, black on white, in the middle of an image of exactly the size asked for.
 *
 * Every module is the same whole number of pixels wide, so the quiet zone takes what is left over. Modules of uneven
 * width fill the image better, and about one such code in five is then not read by jsqr, even at 4 pixels per module.
 *
 * @throws Refusal INVALID_REQUEST for `qr_image.size` when a PNG has under 2 pixels per module; an SVG can be enlarged
 * and is drawn all the same. For `qr_image.error_correction` when the code cannot hold the content.
 */
export function drawImage(content: string, options: ImageOptions): Image {
  const { format, size, margin, errorCorrection } = options;
  const matrix = encode(content, errorCorrection);
  const modules = matrix.size + 2 * margin;
  const scale = Math.floor(size / modules);

  if (scale >= minPixelsPerModule) {
    const place = { scale, offset: Math.floor((size - scale * matrix.size) / 2) };
    return format === "SVG" ? drawSvg(matrix, size, place) : drawPng(matrix, size, place);
  }
  if (format === "PNG") throw tooSmall(modules * minPixelsPerModule);
  // Made to be enlarged: whole pixels would only waste room.
  return drawSvg(matrix, size, { scale: size / modules, offset: (size / modules) * margin });
}

function tooSmall(needed: number): Refusal {
  return new Refusal("INVALID_REQUEST", "the QR image is too small to be scanned", {
    fieldViolations: [
      { field: "qr_image.size", description: `needs at least ${needed} pixels for this code` },
    ],
  });
}

function drawSvg(matrix: Matrix, size: number, { scale, offset }: Place): Image {
  // One stroke through the middle of each run of dark modules, placed from the end of the run before: half the text
  // of drawing outlines.
  let strokes = "";
  for (let row = 0; row < matrix.size; row++) {
    let end: number | undefined;
    for (let column = 0; column < matrix.size; column++) {
      if (!matrix.isDark(row, column)) continue;
      const start = column;
      while (matrix.isDark(row, column + 1)) column++;
      strokes += end === undefined ? `M${start} ${row}.5` : `m${start - end} 0`;
      end = column + 1;
      strokes += `h${end - start}`;
    }
  }
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}"` +
    ` shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/>` +
    `<path stroke="#000" transform="translate(${offset} ${offset}) scale(${scale})" d="${strokes}"/></svg>\n`;
  return { mediaType: "image/svg+xml", data: new TextEncoder().encode(svg) };
}

function drawPng(matrix: Matrix, size: number, { scale, offset }: Place): Image {
  const pixels = Buffer.alloc(size * size, 0xff);
  for (let row = 0; row < matrix.size; row++) {
    const first = (offset + row * scale) * size;
    for (let column = 0; column < matrix.size; column++) {
      const from = first + offset + column * scale;
      if (matrix.isDark(row, column)) pixels.fill(0x00, from, from + scale);
    }
    for (let line = 1; line < scale; line++) pixels.copyWithin(first + line * size, first, first + size);
  }
  const png = new PNG();
  png.width = size;
  png.height = size;
  png.data = pixels;
  // Grey, and each line as its difference to the one above (filter 2), which is mostly none: a tenth of the time and
  // half of the bytes of pngjs's own choice. A fresh object each time, since pngjs writes into it.
  const grey = {
    colorType: 0,
    inputColorType: 0,
    inputHasAlpha: false,
    filterType: 2,
    deflateLevel: 6,
  } as const;
  // A copy: what pngjs answers may be a window into Node's shared pool, which no thread may give away.
  return { mediaType: "image/png", data: Uint8Array.from(PNG.sync.write(png, grey)) };
}
