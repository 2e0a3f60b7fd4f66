import { invalidRequest } from "../http/http_error.js";

/** The fields of a new ticket that an app may leave to its pages. Pages have no credential: whoever likes can set them. */
export const pageFields = ["deviceName", "location", "scene", "customData"] as const;

export type PageField = (typeof pageFields)[number];

/** The scene of a ticket for which none is given. A page that names it sets nothing. */
const defaultScene = "APP_AUTH";

/** Throws INVALID_REQUEST with every field that the caller has set and the app does not leave to pages. */
export function checkPageFields(
  app: { readonly pageFields: ReadonlySet<PageField> },
  given: Partial<Readonly<Record<PageField, unknown>>>,
): void {
  const refused = pageFields.filter((field) => isSet(field, given[field]) && !app.pageFields.has(field));
  if (refused.length === 0) return;
  const description = "may not be set by pages of this app; the setting gateway.apps[].pageFields allows it";
  throw invalidRequest(
    "the request is not valid",
    refused.map((field) => ({ field, description })),
  );
}

/** SDKs send empty objects and texts, and the usual scene, where their user has set nothing. */
function isSet(field: PageField, value: unknown): boolean {
  if (value === undefined || value === "" || (field === "scene" && value === defaultScene)) return false;
  return !(typeof value === "object" && value !== null && Object.keys(value).length === 0);
}
