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
  uri: secureUrl.describe(
    "The issuer's token introspection endpoint (RFC 7662). See [Introspection](#introspection).",
  ),
  clientId: nonEmptyText.describe("The client as which the service calls the endpoint."),
  clientSecret: clientSecret.describe("The secret of that client."),
  clientSecretFile: nonEmptyText.optional().describe("A [file](secrets.md) with this secret."),
  authMethod: z
    .enum(["client_secret_basic", "client_secret_post"])
    .default("client_secret_basic")
    .describe(
      "Where the request has the client's credentials: in the header `Authorization`, or in the body.",
    ),
  requiredScopes: z.array(scope).default([]).describe("The scopes that a token must have, all of them."),
  requireTokenType: z
    .boolean()
    .default(true)
    .describe(
      "Whether to reject a token if the endpoint does not state its type. Many endpoints state none " +
        "for refresh tokens, which would then be accepted.",
    ),
  cacheMaxAge: duration("0s", "5m")
    .prefault("1m")
    .describe(
      "How long a response is used. A revoked token may be accepted for this long. 0s: every call asks.",
    ),
});
