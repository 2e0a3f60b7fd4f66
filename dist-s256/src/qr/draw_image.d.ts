import type { ErrorCorrection } from "./matrix.js";
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
export interface Outline {
    /** Modules on a side, without a quiet zone. */
    readonly modules: number;
    readonly path: string;
}
/** Result of the slow part of drawing. {@link imageOf} makes the image of it at once. */
export type Drawing = Image | Outline;
/**
 * Draws a QR code, black on white, in the middle of an image of exactly the size asked for.
 *
 * Every module is the same whole number of pixels wide, so the quiet zone takes what is left over. Modules of uneven
 * width fill the image better, and about one such code in five is then not read by jsqr, even at 4 pixels per module.
 *
 * @throws Refusal INVALID_REQUEST for `qr_image.size` when a PNG has under 3 pixels per module; an SVG can be enlarged
 * and is drawn all the same. For `qr_image.error_correction` when the code cannot hold the content.
 */
export declare function drawImage(content: string, options: ImageOptions): Image;
/** Draws what takes long. Throws as {@link drawImage} does. */
export declare function draw(content: string, options: ImageOptions): Drawing;
/** Names what {@link draw} draws: an outline serves every size and margin. */
export declare function drawingName(content: string, options: ImageOptions): string;
/** The image of a drawing that was made with the same options, or of an outline with others. */
export declare function imageOf(drawing: Drawing, options: SizeOptions): Image;
export {};
