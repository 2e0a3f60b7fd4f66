import * as z from "zod";
import { duration, hasPlaceholder, nonEmptyText, parseUrl, placeholderMessage } from "./values.js";

/** Issuer of tokens according to OpenID Connect Core 1.0: an https URL without query and fragment. */
const issuerUrl = z
  .string()
  .refine(
    (value) => {
      const url = /^https:\/\/[^\s?#]+$/.test(value) ? parseUrl(value) : undefined;
      return url !== undefined && url.username === "" && url.password === "";
    },
    { error: "must be an https URL without query, fragment, user name and password", abort: true },
  )
  .refine((value) => !hasPlaceholder(value), { error: placeholderMessage });

/** Section `tokenIssuer`. */
export const tokenIssuerSchema = z.strictObject({
  issuer: issuerUrl,
  keys: z.array(z.strictObject({ file: nonEmptyText })).min(1, { error: "must not be empty" }),
  tokenTtl: duration("1m", "24h").prefault("1h"),
  profileInAccessToken: z.boolean().default(false),
});
