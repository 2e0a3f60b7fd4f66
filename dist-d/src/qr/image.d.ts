import { type Drawing, type Image, type ImageOptions } from "./draw_image.js";
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
/**
 * Makes a renderer. Its thread starts with the first image, and keeps the process alive only while it draws.
 *
 * `maxPending` is how many images may wait, the one being drawn included: 256 by default. With so many the newest of the caller
 * who has most waiting is refused, so that nobody is kept out by another.
 */
export declare function createImageRenderer({ maxPending }?: {
    maxPending?: number;
}): ImageRenderer;
