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
    jwksUri: jwksUrl.optional(),
    jwksFile: nonEmptyText.optional(),
    hs256Secret: sharedSecret.optional(),
    hs256SecretFile: nonEmptyText.optional(),
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
    userId: nonEmptyText.default(standardClaims.userId),
    nickname: nonEmptyText.default(standardClaims.nickname),
    name: nonEmptyText.default(standardClaims.name),
    photo: nonEmptyText.default(standardClaims.photo),
    email: nonEmptyText.default(standardClaims.email),
    emailVerified: nonEmptyText.default(standardClaims.emailVerified),
    phone: nonEmptyText.default(standardClaims.phone),
    phoneVerified: nonEmptyText.default(standardClaims.phoneVerified),
  })
  .prefault({});

/** Entry of the list `userPools`. */
export const userPoolSchema = z
  .strictObject({
    id,
    issuer: poolIssuer,
    audience: oneOrMore(nonEmptyText),
    keys: keysSchema.optional(),
    introspection: introspectionSchema.optional(),
    algorithms: z
      .array(z.enum([...asymmetricAlgorithms, "HS256"]))
      .min(1, { error: "must not be empty" })
      .optional(),
    claims: claimsSchema,
    additionalClaims: z.array(nonEmptyText).default([]),
    userInfoUri: secureUrl.optional(),
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
