import * as z from "zod";
import type { ImageOptions } from "../qr/image.js";
/** Largest custom data, in bytes as JSON, that any service takes. How much this one takes it says itself. */
export declare const maxCustomDataBytes = 1024;
/** Custom data as a body has them, which is JSON already. Their size is all that is looked at. */
export declare const customData: z.ZodCustom<Record<string, unknown>, Record<string, unknown>>;
/** The body of a request that creates a ticket. */
export declare const createBody: z.ZodObject<{
    appId: z.ZodOptional<z.ZodString>;
    scene: z.ZodOptional<z.ZodString>;
    customData: z.ZodOptional<z.ZodCustom<Record<string, unknown>, Record<string, unknown>>>;
    ttlMs: z.ZodOptional<z.ZodInt>;
    deviceName: z.ZodOptional<z.ZodString>;
    location: z.ZodOptional<z.ZodString>;
    codeChallenge: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
/** The body of a request that names a ticket. */
export declare const handleBody: z.ZodObject<{
    handle: z.ZodString;
}, z.core.$strict>;
/** The body of an exchange by a backend with its secret; a browser sends a handle. */
export declare const exchangeBody: z.ZodObject<{
    exchangeTicket: z.ZodString;
    codeVerifier: z.ZodOptional<z.ZodString>;
}, z.core.$strict>;
type PictureOptions = Pick<ImageOptions, "size" | "margin" | "errorCorrection">;
/** Returns the options of a picture out of its query. */
export declare function pictureOptions(query: unknown): PictureOptions;
/**
 * How a PNG is drawn that is wished so: size and margin moved up to one of a few. Each combination is drawn anew, so that the
 * many that pages may wish would be many ways to keep a processor busy with one code. An SVG is drawn once for all of them.
 */
export declare function pngOptions({ size, margin, errorCorrection }: PictureOptions): ImageOptions;
/** What the schema makes of a value. Refuses with INVALID_REQUEST and every field that is at fault. */
export declare function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T>;
/** A header or a query parameter that is there once; undefined otherwise. */
export declare function single(value: unknown): string | undefined;
export {};
