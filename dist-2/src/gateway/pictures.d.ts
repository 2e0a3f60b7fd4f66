import { type Image, type ImageOptions } from "../qr/image.js";
import type { Seal } from "./seal.js";
/** Caller who asks for a picture. */
export interface PictureCaller {
    /** The address, as it is counted: addresses take turns. */
    readonly address: string;
    /** Aborted when nobody waits for the picture any more. */
    readonly signal: AbortSignal;
}
/** Draws QR codes, and remembers what it has drawn. */
export interface Pictures {
    /**
     * A name under which the picture can be asked for. It holds the text to draw, sealed, so that any node can draw it, and
     * nothing but what we have made is drawn. It is no handle: with it one can look at the code and nothing else.
     */
    name(qrContent: string, expiresAt: number): Promise<string>;
    /** The picture of this name. Refuses with TICKET_NOT_FOUND, and as {@link Pictures.draw} does. */
    named(name: string, options: ImageOptions, by: PictureCaller): Promise<Image>;
    /**
     * The picture of a text, for this once. Refuses with INVALID_REQUEST where it does not fit the size, RATE_LIMITED when too
     * many wait.
     */
    draw(qrContent: string, options: ImageOptions, by: PictureCaller): Promise<Image>;
    close(): Promise<void>;
}
export declare function createPictures(seal: Seal): Pictures;
