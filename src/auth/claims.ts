import type { ClaimsConfig, UserPoolConfig } from "../config/config.js";
import type { Json, SignInContext, UserProfile } from "../domain/user.js";

/** Claims as the issuer states them: a JSON object, so every value is JSON and every key its own property. */
export type Claims = { readonly [name: string]: Json };

/** Longest text that is taken from a claim, in characters. */
const maxText = 1024;

/** Longest further claim that is passed on, in characters as JSON. */
const maxFurtherClaim = 4096;

/** Most methods of a sign-in that are told. RFC 8176 names 18. */
const maxMethods = 32;

// The last second that a google.protobuf.Timestamp can say.
const maxSeconds = 253_402_300_799;

/** The claims that a profile of the pool can be made of, and no others: what is worth keeping of a token. */
export function pickedClaims(pool: UserPoolConfig, claims: Claims): Claims {
  const names = new Set([...Object.values<string>({ ...pool.claims }), ...pool.furtherClaims]);
  return only(names, claims, () => true);
}

/**
 * The user as the claims describe them, or undefined where the pool's user id claim is absent or is neither a text of 1
 * to 1024 characters nor a safe integer. Any other claim that has the wrong type or is longer counts as absent: half an
 * address would be a different address. A further claim may have any type, and at most 4096 characters as JSON.
 */
export function profileOf(pool: UserPoolConfig, claims: Claims): UserProfile | undefined {
  const names = pool.claims;
  const text = (name: keyof ClaimsConfig): string => textOf(claimOf(claims, names[name]));
  const isTrue = (name: keyof ClaimsConfig): boolean => claimOf(claims, names[name]) === true;

  const id = claimOf(claims, names.userId);
  // JSON.parse rounds larger numbers: two users would become one.
  const userId = Number.isSafeInteger(id) ? String(id) : textOf(id);
  if (userId === "") return undefined;
  const email = text("email");
  const phone = text("phone");
  return {
    userId,
    nickname: text("nickname"),
    name: text("name"),
    photo: text("photo"),
    email,
    emailVerified: email !== "" && isTrue("emailVerified"),
    phone,
    phoneVerified: phone !== "" && isTrue("phoneVerified"),
    claims: only(pool.furtherClaims, claims, (value) => JSON.stringify(value).length <= maxFurtherClaim),
  };
}

/** How the user had signed in, by the claims of the token. What is absent or of the wrong type is left empty. */
export function signInOf(claims: Claims): SignInContext {
  const authTime = claimOf(claims, "auth_time");
  const methods = claimOf(claims, "amr");
  return {
    clientId: textOf(claimOf(claims, "azp")) || textOf(claimOf(claims, "client_id")),
    authTime: isTimestamp(authTime) ? Math.round(authTime * 1000) : undefined,
    methods: isTexts(methods) ? methods : [],
    acr: textOf(claimOf(claims, "acr")),
  };
}

/** The claim of that name; undefined if absent. Never something that every object inherits. */
export function claimOf(claims: Claims, name: string): Json | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function only(names: Iterable<string>, claims: Claims, isUsable: (value: Json) => boolean): Claims {
  // fromEntries makes own properties even of a claim called __proto__.
  return Object.fromEntries(
    [...names].flatMap((name) => {
      const value = claimOf(claims, name);
      return value === undefined || !isUsable(value) ? [] : [[name, value] as const];
    }),
  );
}

function textOf(value: Json | undefined): string {
  return typeof value === "string" && value.length <= maxText ? value : "";
}

function isTimestamp(value: Json | undefined): value is number {
  return typeof value === "number" && value >= 0 && value <= maxSeconds;
}

function isTexts(value: Json | undefined): value is string[] {
  return Array.isArray(value) && value.length <= maxMethods && value.every((item) => textOf(item) !== "");
}
