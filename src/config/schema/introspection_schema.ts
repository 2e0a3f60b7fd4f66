import * as z from "zod";
import { isDocumentedSecret } from "../known_secrets.js";
import { duration, nonEmptyText, secureUrl } from "./values.js";

/** A scope (RFC 6749, section 3.3). */
const scope = z.string().regex(/^[\x21\x23-\x5b\x5d-\x7e]+$/, {
  error: "must be one scope, without spaces, quotation marks and backslashes",
});

/** Secret that the issuer has given to its client. It may be a simple one: the issuer decides. */
const clientSecret = nonEmptyText.refine((secret) => !isDocumentedSecret(secret), {
  error:
    "is in the documentation, which is public: use the secret that the issuer has created for this client",
});

/** Section `introspection` of a user pool. */
export const introspectionSchema = z.strictObject({
  uri: secureUrl,
  clientId: nonEmptyText,
  clientSecret,
  clientSecretFile: nonEmptyText.optional(),
  authMethod: z.enum(["client_secret_basic", "client_secret_post"]).default("client_secret_basic"),
  requiredScopes: z.array(scope).default([]),
  requireTokenType: z.boolean().default(true),
  cacheMaxAge: duration("0s", "5m").prefault("1m"),
});
