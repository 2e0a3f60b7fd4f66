import type { FastifyRequest } from "fastify";
import { invalidRequest } from "../http/http_error.js";
import { annotateLog } from "../http/request_log.js";

/**
 * Fields of a new ticket that an app can leave to its pages. Pages have no credential, so anybody can set
 * these fields.
 */
export const pageFields = ["deviceName", "location", "scene", "customData"] as const;

export type PageField = (typeof pageFields)[number];

/** The default scene. Every page may send it. */
const defaultScene = "APP_AUTH";

/**
 * Checks that the app accepts each given field from pages. Logs the fields that it does not accept as the cause.
 *
 * @throws HttpError INVALID_REQUEST with every field that it does not accept.
 */
export function checkPageFields(
  request: FastifyRequest,
  app: { readonly pageFields: ReadonlySet<PageField> },
  given: Partial<Readonly<Record<PageField, unknown>>>,
): void {
  const rejected = pageFields.filter((field) => isSet(field, given[field]) && !app.pageFields.has(field));
  if (rejected.length === 0) return;
  annotateLog(request, { cause: `the pageFields of the app do not list ${rejected.join(", ")}` });
  const description = "may not be set by pages of this app";
  throw invalidRequest(
    "the request is not valid",
    rejected.map((field) => ({ field, description })),
  );
}

/**
 * Returns whether a field is set. SDKs send empty objects, empty strings and the default scene for fields
 * without a value.
 */
function isSet(field: PageField, value: unknown): boolean {
  if (value === undefined || value === "" || (field === "scene" && value === defaultScene)) return false;
  return !(typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
