import * as z from "zod";
import { duration, hasPlaceholder, nonEmptyText, parseUrl, placeholderMessage } from "./values.js";

/** Issuer of tokens according to OpenID Connect Core 1.0: an https URL without query and fragment. */
const issuerUrl = z
  .string()
  .meta({ limits: "https, without query and fragment", pattern: "^https://[^\\s?#]+$" })
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
  issuer: issuerUrl.describe("The claim `iss` of the tokens. Must not be the issuer of a user pool."),
  keys: z
    .array(
      z.strictObject({
        file: nonEmptyText.meta({
          description: "Private key: EC P-256 (signs ES256) or RSA of 2048 bits or more (RS256).",
          limits: "PEM file, PKCS #8 without pass phrase",
        }),
      }),
    )
    .min(1, { error: "must not be empty" })
    .describe("The keys. The first one signs; all are published."),
  tokenTtl: duration("1m", "24h").prefault("1h").describe("Lifetime of the tokens."),
  profileInAccessToken: z
    .boolean()
    .default(false)
    .describe(
      "Whether the access token has the claims about the user that the ID token has. The Authing SDKs " +
        "[read the profile](authing-api.md#after-the-sign-in) with the access token. Whoever receives " +
        "the access token can then read them.",
    ),
});
