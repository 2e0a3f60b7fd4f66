import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { isCanonicalBase64url } from "../../domain/secrets.js";
import type { ImageOptions } from "../../qr/image_renderer.js";
import { validate } from "../http/validation.js";
import { customData } from "../tickets/custom_data.js";

const { imageSize, imageMargin } = fieldLimits;

const text = (max: number) => z.string().max(max);

/** The body of a request that creates a ticket. */
export const createTicketBody = z.strictObject({
  appId: text(fieldLimits.appId).optional(),
  scene: text(fieldLimits.scene).optional(),
  customData: customData.optional(),
  ttlMs: z.int().min(1).max(86_400_000).optional(),
  deviceName: text(fieldLimits.requesterText).optional(),
  location: text(fieldLimits.requesterText).optional(),
  codeChallenge: text(128)
    .refine((challenge) => isCanonicalBase64url(challenge, 32), {
      error: "must be a SHA-256 as 43 characters of base64url",
    })
    .optional(),
});

/** The body of a request that names a ticket. */
export const handleBody = z.strictObject({ handle: text(2048).min(1) });

/** The body of an exchange by a backend with its secret; a browser sends a handle. */
export const exchangeBody = z.strictObject({
  exchangeTicket: text(fieldLimits.exchangeTicket).min(1),
  codeVerifier: text(fieldLimits.codeVerifier).min(1).optional(),
});

/** How a picture may be drawn. */
const imageQuery = z.strictObject({
  size: z.coerce.number().int().min(imageSize.min).max(imageSize.max).optional(),
  margin: z.coerce.number().int().min(0).max(imageMargin.max).default(imageMargin.default),
  errorCorrection: z.enum(["L", "M", "Q", "H"]).default("M"),
});

type RequestedImage = Pick<ImageOptions, "size" | "margin" | "errorCorrection">;

/** Returns the options of a picture out of its query. */
export function parseImageOptions(query: unknown): RequestedImage {
  const { size, ...rest } = validate(imageQuery, query);
  return { ...rest, size };
}

/** The quiet zones that a PNG is drawn with, in modules. */
const pngMargins = [0, 1, 2, 4, 8, 16];

/** PNGs are drawn in sizes that are multiples of so many pixels. */
const pngSizeStep = 64;

/**
 * How a PNG is drawn that is wished so: size and margin moved up to one of a few. Each combination is drawn anew, so that the
 * many that pages may wish would be many ways to keep a processor busy with one code. An SVG is drawn once for all of them.
 */
export function toPngOptions({ size, margin, errorCorrection }: RequestedImage): ImageOptions {
  return {
    format: "PNG",
    // Of those who name no size all get the same picture.
    size: size === undefined ? undefined : Math.ceil(size / pngSizeStep) * pngSizeStep,
    margin: pngMargins.find((modules) => modules >= margin) ?? margin,
    errorCorrection,
  };
}
