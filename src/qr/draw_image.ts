import { PNG } from "pngjs";
import { TicketError } from "../domain/ticket_error.js";
import type { ErrorCorrection, Matrix } from "./matrix.js";
import { createMatrix } from "./matrix.js";

/** Options of a QR code image. The caller has checked their ranges. */
export interface ImageOptions {
  readonly format: "SVG" | "PNG";
  /** Width and height in pixels. If undefined, 320, or as many as the code needs if that is more. */
  readonly size: number | undefined;
  /** Minimum width of the quiet zone, in modules. */
  readonly margin: number;
  readonly errorCorrection: ErrorCorrection;
}

type SizeOptions = Pick<ImageOptions, "size" | "margin">;

/** Drawn QR code. */
export interface Image {
  readonly mediaType: "image/svg+xml" | "image/png";
  /** Content of the image file. */
  readonly data: Uint8Array<ArrayBuffer>;
}

/** SVG path of a code's dark modules, independent of size and margin. */
export interface ModulePath {
  /** Modules per side, without the quiet zone. */
  readonly modules: number;
  readonly path: string;
}

/** Result of the slow part of drawing. {@link imageOf} creates the image from it quickly. */
export type Drawing = Image | ModulePath;

/** Position of the code in the image, in pixels. */
interface Layout {
  /** Width of a module. */
  readonly scale: number;
  /** Distance of the code from the left and top edges. */
  readonly offset: number;
}

/**
 * Minimum width of a module in pixels. After a blur of one pixel (standard deviation), most readers fail at
 * two pixels per module and nearly all succeed at three. Tests measure it.
 */
const minPixelsPerModule = 3;

/** Default width and height, in pixels. */
const defaultSize = 320;

/**
 * Draws a QR code in black on white, centred in an image of exactly the requested size.
 *
 * All modules are the same whole number of pixels wide; the quiet zone takes the remaining pixels. Modules of
 * uneven width would fill the image better, but jsqr then fails to read about one code in five, even at 4
 * pixels per module.
 *
 * @throws TicketError INVALID_REQUEST for `qr_image.size` when a PNG has less than 3 pixels per module. An
 * SVG can be enlarged and is drawn anyway.
 * @throws TicketError INVALID_REQUEST for `qr_image.error_correction` when the code cannot hold the content.
 */
export function drawImage(content: string, options: ImageOptions): Image {
  return imageOf(draw(content, options), options);
}

/** Does the slow part of drawing. Throws the same errors as {@link drawImage}. */
export function draw(content: string, options: ImageOptions): Drawing {
  const { format, margin, errorCorrection } = options;
  const matrix = createMatrix(content, errorCorrection);
  if (format === "SVG") return modulePathOf(matrix);
  const size = sizeOf(matrix.size, options);
  const layout = layoutOf(matrix.size, size, margin);
  if (!layout) throw tooSmallError(minSizeOf(matrix.size, margin));
  return drawPng(matrix, size, layout);
}

/** Returns a cache key for the result of {@link draw}. An SVG path serves every size and margin. */
export function drawingKey(content: string, options: ImageOptions): string {
  const { format, size, margin, errorCorrection } = options;
  return JSON.stringify([format, errorCorrection, ...(format === "SVG" ? [] : [size, margin]), content]);
}

/** Creates the image of a drawing made with the same options, or of an SVG path with any options. */
export function imageOf(drawing: Drawing, options: SizeOptions): Image {
  if (!("path" in drawing)) return drawing;
  const { modules } = drawing;
  const { margin } = options;
  const size = sizeOf(modules, options);
  const scale = size / (modules + 2 * margin);
  // An image that will be enlarged does not need whole pixels.
  return svgOf(drawing, size, layoutOf(modules, size, margin) ?? { scale, offset: scale * margin });
}

function sizeOf(modules: number, { size, margin }: SizeOptions): number {
  return size ?? Math.max(defaultSize, minSizeOf(modules, margin));
}

/** Returns the width in pixels that a code of so many modules needs to be readable. */
function minSizeOf(modules: number, margin: number): number {
  return (modules + 2 * margin) * minPixelsPerModule;
}

/**
 * Returns the position of a code whose modules have as many whole pixels as fit; undefined if these are too
 * few.
 */
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
  // Draws one stroke through each run of dark modules, relative to the end of the previous run. Outlines would
  // be a longer text.
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
  // Greyscale with filter 2 (difference to the line above), since most lines are equal. pngjs's defaults take
  // more time and more bytes. pngjs writes into the object, so each call needs a new one.
  const pngOptions = {
    colorType: 0,
    inputColorType: 0,
    inputHasAlpha: false,
    filterType: 2,
    deflateLevel: 6,
  } as const;
  // Copied: the buffer from pngjs may belong to Node's shared pool, which must not be transferred between
  // threads.
  return { mediaType: "image/png", data: Uint8Array.from(PNG.sync.write(png, pngOptions)) };
}
