import * as z from "zod";
import { hasMoreCodePoints } from "../../base/code_points.js";
import { fieldLimits } from "../../domain/field_limits.js";
import { isCanonicalBase64url } from "../../domain/secrets.js";
import type { CheckCodeBody, CreateTicketBody, ExchangeBody, HandleBody } from "../../http_types.js";
import type { ImageOptions } from "../../qr/image_renderer.js";
import { validate } from "../http/validation.js";
import { customData } from "../tickets/custom_data.js";

const { imageSize, imageMargin, checkCode } = fieldLimits;

/**
 * Creates the schema of a text of `min` to `max` characters. Counts code points, as JSON Schema and the service do.
 * zod counts UTF-16 units.
 */
const text = (max: number, min: 0 | 1 = 0) =>
  z
    .string()
    .min(min)
    .refine((given) => !hasMoreCodePoints(given, max), { error: `must have at most ${max} characters` })
    .meta({ maxLength: max });

/** Schema of the body that creates a ticket. */
export const createTicketBody = z.strictObject({
  appId: text(fieldLimits.appId).optional(),
  // The service checks the pattern, and takes an empty scene for a missing one.
  scene: text(fieldLimits.scene)
    .meta({ maxLength: fieldLimits.scene, pattern: "^([A-Z][A-Z0-9_]*)?$" })
    .optional(),
  customData: customData.optional(),
  ttlMs: z.int().min(1).max(86_400_000).optional(),
  deviceName: text(fieldLimits.requesterText).optional(),
  location: text(fieldLimits.requesterText).optional(),
  codeChallenge: z
    .string()
    .refine((challenge) => isCanonicalBase64url(challenge, 32), {
      error: "must be a SHA-256 digest as 43 characters of base64url",
    })
    // The last of 43 characters has two unused bits, which must be zero.
    .meta({ maxLength: 43, pattern: "^[A-Za-z0-9_-]{42}[AEIMQUYcgkosw048]$" })
    .optional(),
}) satisfies z.ZodType<CreateTicketBody>;

/** Schema of a body that identifies a ticket by its handle. */
export const handleBody = z.strictObject({ handle: text(2048, 1) }) satisfies z.ZodType<HandleBody>;

/** Schema of the body that submits a check code. A code of another form does not reach the service, nor count. */
export const checkCodeBody = z.strictObject({
  ...handleBody.shape,
  checkCode: z
    .string()
    .regex(new RegExp(`^[0-9]{${checkCode.min},${checkCode.max}}$`), {
      error: `must be ${checkCode.min} to ${checkCode.max} digits`,
    })
    .meta({ minLength: checkCode.min, maxLength: checkCode.max }),
}) satisfies z.ZodType<CheckCodeBody>;

/** Schema of the body of a backend's exchange. A browser sends {@link handleBody} instead. */
export const exchangeBody = z.strictObject({
  exchangeTicket: text(fieldLimits.exchangeTicket, 1),
  codeVerifier: text(fieldLimits.codeVerifier, 1).optional(),
}) satisfies z.ZodType<ExchangeBody>;

/** Schema of the query of an image. */
export const imageQuery = z.strictObject({
  size: z.coerce.number().int().min(imageSize.min).max(imageSize.max).optional(),
  margin: z.coerce.number().int().min(0).max(imageMargin.max).default(imageMargin.default),
  errorCorrection: z.enum(["L", "M", "Q", "H"]).default("M"),
});

type RequestedImage = Pick<ImageOptions, "size" | "margin" | "errorCorrection">;

/**
 * Returns the image options in a query.
 *
 * @throws HttpError INVALID_REQUEST
 */
export function parseImageOptions(query: unknown): RequestedImage {
  const { size, ...rest } = validate(imageQuery, query);
  return { ...rest, size };
}

/** Margins in which PNGs are drawn, in modules. */
const pngMargins = [0, 1, 2, 4, 8, 16];

/** PNGs are drawn in multiples of this size, in pixels. */
const pngSizeStep = 64;

/**
 * Returns the options with which a requested PNG is drawn. Rounds size and margin up to one of a few values.
 * Each combination is a separate drawing, so arbitrary values would let a page keep a processor busy with one
 * code. An SVG is drawn once for all sizes and margins.
 */
export function toPngOptions({ size, margin, errorCorrection }: RequestedImage): ImageOptions {
  return {
    format: "PNG",
    // All requests without a size share one image.
    size: size === undefined ? undefined : Math.ceil(size / pngSizeStep) * pngSizeStep,
    margin: pngMargins.find((modules) => modules >= margin) ?? margin,
    errorCorrection,
  };
}
