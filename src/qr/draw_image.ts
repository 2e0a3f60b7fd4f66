import { PNG } from "pngjs";
import { TicketError } from "../domain/ticket_error.js";
import type { ErrorCorrection, Matrix } from "./matrix.js";
import { createMatrix } from "./matrix.js";

/** How to draw a QR code. The caller has checked the ranges. */
export interface ImageOptions {
  readonly format: "SVG" | "PNG";
  /** Width and height in pixels; undefined for 320, or as many as the code needs if that is more. */
  readonly size: number | undefined;
  /** Quiet zone in modules, at least. */
  readonly margin: number;
  readonly errorCorrection: ErrorCorrection;
}

type SizeOptions = Pick<ImageOptions, "size" | "margin">;

/** A drawn QR code. */
export interface Image {
  readonly mediaType: "image/svg+xml" | "image/png";
  /** The image file. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** The dark modules of a code as the path of an SVG, whose size and margin are still to be chosen. */
export interface ModulePath {
  /** Modules on a side, without a quiet zone. */
  readonly modules: number;
  readonly path: string;
}

/** Result of the slow part of drawing. {@link imageOf} makes the image of it at once. */
export type Drawing = Image | ModulePath;

/** Where the code lies in the image, in pixels. */
interface Layout {
  /** Width of a module. */
  readonly scale: number;
  /** Distance of the code from the left and from the top. */
  readonly offset: number;
}

/**
 * Fewest pixels of a module. After a blur of one pixel (standard deviation) most readers find no code of two pixels a module,
 * and nearly all of three. Tests measure it.
 */
const minPixelsPerModule = 3;

/** Width and height in pixels that are chosen for callers who name none. */
const defaultSize = 320;

/**
 * Draws a QR code, black on white, in the middle of an image of exactly the size asked for.
 *
 * Every module is the same whole number of pixels wide, so the quiet zone takes what is left over. Modules of uneven
 * width fill the image better, and about one such code in five is then not read by jsqr, even at 4 pixels per module.
 *
 * @throws TicketError INVALID_REQUEST for `qr_image.size` when a PNG has under 3 pixels per module; an SVG can be enlarged
 * and is drawn all the same. For `qr_image.error_correction` when the code cannot hold the content.
 */
export function drawImage(content: string, options: ImageOptions): Image {
  return imageOf(draw(content, options), options);
}

/** Draws what takes long. Throws as {@link drawImage} does. */
export function draw(content: string, options: ImageOptions): Drawing {
  const { format, margin, errorCorrection } = options;
  const matrix = createMatrix(content, errorCorrection);
  if (format === "SVG") return modulePathOf(matrix);
  const size = sizeOf(matrix.size, options);
  const layout = layoutOf(matrix.size, size, margin);
  if (!layout) throw tooSmallError(minSizeOf(matrix.size, margin));
  return drawPng(matrix, size, layout);
}

/** Names what {@link draw} draws: an outline serves every size and margin. */
export function drawingKey(content: string, options: ImageOptions): string {
  const { format, size, margin, errorCorrection } = options;
  return JSON.stringify([format, errorCorrection, ...(format === "SVG" ? [] : [size, margin]), content]);
}

/** The image of a drawing that was made with the same options, or of an outline with others. */
export function imageOf(drawing: Drawing, options: SizeOptions): Image {
  if (!("path" in drawing)) return drawing;
  const { modules } = drawing;
  const { margin } = options;
  const size = sizeOf(modules, options);
  const scale = size / (modules + 2 * margin);
  // Where it is made to be enlarged, whole pixels would only waste room.
  return svgOf(drawing, size, layoutOf(modules, size, margin) ?? { scale, offset: scale * margin });
}

function sizeOf(modules: number, { size, margin }: SizeOptions): number {
  return size ?? Math.max(defaultSize, minSizeOf(modules, margin));
}

/** Returns the width in pixels that a code with so many modules needs to be read. */
function minSizeOf(modules: number, margin: number): number {
  return (modules + 2 * margin) * minPixelsPerModule;
}

/** Where a code lies in an image in which each of its modules has as many whole pixels as fit; undefined if those are too few. */
function layoutOf(modules: number, size: number, margin: number): Layout | undefined {
  const scale = Math.floor(size / (modules + 2 * margin));
  if (scale < minPixelsPerModule) return undefined;
  return { scale, offset: Math.floor((size - scale * modules) / 2) };
}

function tooSmallError(minSize: number): TicketError {
  return new TicketError(
    "INVALID_REQUEST",
    `the QR image is too small to be scanned: it needs ${minSize} pixels`,
    {
      fieldViolations: [
        { field: "qr_image.size", description: `needs at least ${minSize} pixels for this code` },
      ],
    },
  );
}

function modulePathOf(matrix: Matrix): ModulePath {
  // One stroke through the middle of each run of dark modules, placed from the end of the run before: half the text
  // of drawing outlines.
  let path = "";
  for (let row = 0; row < matrix.size; row++) {
    let end: number | undefined;
    for (let column = 0; column < matrix.size; column++) {
      if (!matrix.isDark(row, column)) continue;
      const start = column;
      while (matrix.isDark(row, column + 1)) column++;
      path += end === undefined ? `M${start} ${row}.5` : `m${start - end} 0`;
      end = column + 1;
      path += `h${end - start}`;
    }
  }
  return { modules: matrix.size, path };
}

function svgOf({ path }: ModulePath, size: number, { scale, offset }: Layout): Image {
  const svg =
    `<svg xmlns="http://www.w3.org/2000/svg" width="${size}" height="${size}" viewBox="0 0 ${size} ${size}"` +
    ` shape-rendering="crispEdges"><path fill="#fff" d="M0 0h${size}v${size}H0z"/>` +
    `<path stroke="#000" transform="translate(${offset} ${offset}) scale(${scale})" d="${path}"/></svg>\n`;
  return { mediaType: "image/svg+xml", data: new TextEncoder().encode(svg) };
}

function drawPng(matrix: Matrix, size: number, { scale, offset }: Layout): Image {
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
  const pngOptions = {
    colorType: 0,
    inputColorType: 0,
    inputHasAlpha: false,
    filterType: 2,
    deflateLevel: 6,
  } as const;
  // A copy: what pngjs answers may be a window into Node's shared pool, which no thread may give away.
  return { mediaType: "image/png", data: Uint8Array.from(PNG.sync.write(png, pngOptions)) };
}
