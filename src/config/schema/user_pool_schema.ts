import * as z from "zod";
import { type KeysConfig, standardClaims } from "../config.js";
import { introspectionSchema } from "./introspection_schema.js";
import { policySchema } from "./policy_schema.js";
import { isMap } from "./schema_tree.js";
import { id, jwksUrl, nonEmptyText, oneOrMore, poolIssuer, secureUrl, sharedSecret } from "./values.js";

/** Algorithms with asymmetric keys. With any other one, a published key could sign. */
const asymmetricAlgorithms = [
  ...["ES256", "ES384", "ES512", "RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "EdDSA", "Ed25519"],
] as const;
const defaultAlgorithms = ["ES256", "RS256", "PS256", "EdDSA"];

/**
 * The two names of the algorithm: RFC 9864 replaces the first, which many issuers still use, by the second. Both mean
 * the curve Ed25519 here.
 */
const eddsaNames = ["EdDSA", "Ed25519"];

const keySources = ["jwksUri", "jwksFile", "hs256Secret"] as const;

/**
 * Sources of keys that a file can name. Inline keys are only for the development pool, which is in no file.
 */
type ConfigurableKeys = Exclude<KeysConfig, { readonly jwks: object }>;

/** Lets a rule between keys run even if one of them is invalid by itself, so that no problem hides another. */
const isMapValue = ({ value }: { readonly value: unknown }) => isMap(value);

const keysSchema = z
  .strictObject({
    jwksUri: jwksUrl
      .optional()
      .describe(
        "Where the issuer publishes its keys. Set exactly one of the three keys under `keys`, or " +
          "`introspection` instead of `keys`.",
      ),
    jwksFile: nonEmptyText.optional().meta({
      description: "The issuer's keys in a file. You can replace the file while the service runs.",
      limits: "file with a JWKS of public keys",
    }),
    hs256Secret: sharedSecret
      .optional()
      .describe(
        "A secret shared with the issuer. Whoever knows it can approve for everybody, so pools of " +
          "different issuers may not share it. Rejected if it has a [pattern](#rejected-secrets).",
      ),
    hs256SecretFile: nonEmptyText.optional().describe("A [file](secrets.md) with this secret."),
  })
  .refine((given) => keySources.filter((source) => given[source] !== undefined).length === 1, {
    error: "must have exactly one of jwksUri, jwksFile and hs256Secret",
    when: isMapValue,
  })
  .transform(({ jwksUri, jwksFile, hs256Secret = "" }): ConfigurableKeys => {
    if (jwksUri !== undefined) return { jwksUri };
    return jwksFile !== undefined ? { jwksFile } : { hs256Secret };
  });

const claimsSchema = z
  .strictObject({
    userId: nonEmptyText
      .default(standardClaims.userId)
      .describe("The claim of the user token with the user id. UserInfo does not change it."),
    nickname: nonEmptyText.default(standardClaims.nickname).describe("The claim with the nickname."),
    name: nonEmptyText.default(standardClaims.name).describe("The claim with the full name."),
    photo: nonEmptyText.default(standardClaims.photo).describe("The claim with the URL of the photo."),
    email: nonEmptyText.default(standardClaims.email).describe("The claim with the e-mail address."),
    emailVerified: nonEmptyText
      .default(standardClaims.emailVerified)
      .describe(
        "The claim that says whether the issuer has verified the address: `true`, or the text " +
          '`"true"`. Set it together with `email`, because a flag belongs to one address.',
      ),
    phone: nonEmptyText.default(standardClaims.phone).describe("The claim with the phone number."),
    phoneVerified: nonEmptyText
      .default(standardClaims.phoneVerified)
      .describe(
        'The claim that says whether the issuer has verified the number: `true`, or the text `"true"`. ' +
          "Set it together with `phone`.",
      ),
  })
  .prefault({});

/** Entry of the list `userPools`. */
export const userPoolSchema = z
  .strictObject({
    id: id.describe("Name of the pool, each once. It is part of every QR code."),
    issuer: poolIssuer.describe(
      "The claim `iss` of its tokens, compared exactly. Not `urn:qrlogin:development`. The issuers of " +
        "two pools may not differ only in spelling (final slash, capitals, default port).",
    ),
    audience: oneOrMore(nonEmptyText).describe(
      "The claim `aud` of its tokens must contain one of these. With introspection, `client_id` may be " +
        "one instead. No two pools share both an issuer and an audience.",
    ),
    keys: keysSchema.optional(),
    introspection: introspectionSchema.optional(),
    algorithms: z
      .array(z.enum([...asymmetricAlgorithms, "HS256"]))
      .min(1, { error: "must not be empty" })
      .optional()
      .meta({
        description:
          "The accepted signature algorithms. With `hs256Secret` only `HS256` is allowed, and it is the default. " +
          "Not with `introspection`.",
        preset: `[${defaultAlgorithms.join(", ")}]`,
      }),
    claims: claimsSchema,
    additionalClaims: z
      .array(nonEmptyText)
      .default([])
      .describe("Additional claims to pass on to the app, within the [limits](#user-profile)."),
    userInfoUri: secureUrl
      .optional()
      .describe(
        "OpenID Connect UserInfo endpoint, called when the user approves. Its response is JSON or a " +
          "signed JWT.",
      ),
    policy: policySchema,
  })
  .refine(({ keys, introspection }) => keys !== undefined || introspection !== undefined, {
    error: "is missing: a user pool needs keys or introspection",
    path: ["keys"],
    when: isMapValue,
  })
  .refine(({ keys, introspection }) => keys === undefined || introspection === undefined, {
    error: "must not be combined with keys: a user pool needs one of the two",
    path: ["introspection"],
    when: isMapValue,
  })
  .refine(({ introspection, algorithms }) => introspection === undefined || algorithms === undefined, {
    error: "must be left out with introspection, which verifies no signature",
    path: ["algorithms"],
    when: isMapValue,
  })
  .transform((given) => ({
    ...given,
    keys: given.keys,
    introspection: given.introspection,
    algorithms: withBothEddsaNames(given.algorithms ?? defaultAlgorithmsOf(given.keys)),
    userInfoUri: given.userInfoUri,
  }));

function withBothEddsaNames(algorithms: readonly string[]): readonly string[] {
  const hasOne = algorithms.some((name) => eddsaNames.includes(name));
  return hasOne ? [...new Set([...algorithms, ...eddsaNames])] : algorithms;
}

function defaultAlgorithmsOf(keys: ConfigurableKeys | undefined): readonly string[] {
  if (!keys) return [];
  return "hs256Secret" in keys ? ["HS256"] : defaultAlgorithms;
}
