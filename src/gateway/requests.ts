import type { FastifyRequest } from "fastify";
import * as z from "zod";
import type { RequesterContext } from "../client/index.js";
import { addressOf } from "./caller_address.js";
import { invalidRequest } from "./refusal.js";

/** Longest user agent that the service takes, in characters. */
const maxUserAgent = 256;

const text = (max: number) => z.string().max(max);

/** The body of a request that creates a ticket. */
export const createBody = z.strictObject({
  appId: text(64).optional(),
  scene: text(32).optional(),
  customData: z.record(z.string(), z.json()).optional(),
  ttlMs: z.int().min(1).max(86_400_000).optional(),
  deviceName: text(256).optional(),
  place: text(256).optional(),
});

/** The body of a request that names a ticket. */
export const handleBody = z.strictObject({ handle: text(8192).min(1) });

/** The body of an exchange by a backend with its secret; a browser sends a handle. */
export const exchangeBody = z.strictObject({ exchangeTicket: text(256).min(1) });

/** How a picture may be drawn. */
export const pictureQuery = z.strictObject({
  size: z.coerce.number().int().min(64).max(1024).default(320),
  margin: z.coerce.number().int().min(0).max(16).default(4),
  errorCorrection: z.enum(["L", "M", "Q", "H"]).default("M"),
});

/** What the schema makes of a value. Refuses with INVALID_REQUEST and every field that is at fault. */
export function read<T extends z.ZodType>(schema: T, value: unknown): z.output<T> {
  const result = schema.safeParse(value ?? {});
  if (result.success) return result.data;
  const violations = result.error.issues.map(({ path, message }) => ({
    field: path.map(String).join("."),
    description: message,
  }));
  throw invalidRequest("the request is not valid", violations);
}

/** What the service may tell the approver of the screen that asks. */
export function requesterOf(
  request: FastifyRequest,
  {
    deviceName = "",
    place = "",
  }: { readonly deviceName?: string | undefined; readonly place?: string | undefined } = {},
): RequesterContext {
  const userAgent = (request.headers["user-agent"] ?? "").slice(0, maxUserAgent);
  return { ipAddress: addressOf(request), userAgent, deviceName, place };
}

/** A header or a query parameter that is there once; undefined otherwise. */
export function single(value: unknown): string | undefined {
  return typeof value === "string" && value !== "" ? value : undefined;
}
