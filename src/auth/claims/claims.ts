import type { ClaimsConfig, UserPoolConfig } from "../../config/config.js";
import type { Json, SignInContext, UserProfile } from "../../domain/user.js";
import { createAdditionalClaims, isPortableText } from "./additional_claims.js";

/** Claims as the issuer states them: a JSON object, so every value is JSON and every key its own property. */
export type Claims = { readonly [name: string]: Json };

/** Receives the name of a claim that is left out of a profile, and why. */
export type OnDroppedClaim = (claim: string, why: string) => void;

/**
 * Claims that describe the token and not the user (RFC 7519, section 4.1, RFC 7800, RFC 8693, OpenID Connect Core 1.0, sections 2,
 * 3.1.3.6 and 3.3.2.11, and its logout specifications).
 */
export const protocolClaims: ReadonlySet<string> = new Set([
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "may_act", "scope", "client_id"],
  ...["auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "events"],
]);

/** Longest text that is taken from a claim, in characters. Addresses of photos are often signed and then longer. */
const maxTextLength = 1024;
const maxPhotoLength = 4096;

/** Longest method of a sign-in, in characters, and most methods that are told. RFC 8176 names 18 of at most 6. */
const maxMethodLength = 128;
const maxMethods = 32;

// The last second that a google.protobuf.Timestamp can say.
const maxSeconds = 253_402_300_799;

/**
 * Returns the user as the claims describe them, or undefined where the pool's user id claim is absent or is neither a text of 1
 * to 1024 characters nor a safe integer.
 *
 * Any other claim decides nothing. One that has the wrong type, or is longer than 1024 characters (the photo: 4096), is left out:
 * half an address would be a different address. So is a further claim of more than 4096 characters as JSON, or whatever else
 * {@link createAdditionalClaims} does not take.
 */
export function profileOf(
  pool: UserPoolConfig,
  claims: Claims,
  onLeftOut: OnDroppedClaim = () => {},
): UserProfile | undefined {
  const names = pool.claims;
  const userId = userIdIn(claimOf(claims, names.userId));
  if (userId === "") return undefined;

  const text = (name: keyof ClaimsConfig, maxLength = maxTextLength): string => {
    const value = claimOf(claims, names[name]);
    const accepted = textOf(value, maxLength);
    const isAbsent = value === undefined || value === null || value === "";
    if (accepted === "" && !isAbsent)
      onLeftOut(names[name], `It is no text of at most ${maxLength} characters.`);
    return accepted;
  };
  const email = text("email");
  const phone = text("phone");
  const additional = createAdditionalClaims();
  for (const name of new Set(pool.additionalClaims)) {
    const value = claimOf(claims, name);
    const failure = value === undefined ? undefined : additional.add(name, value);
    if (failure !== undefined) onLeftOut(name, failure);
  }
  return {
    userId,
    nickname: text("nickname"),
    name: text("name"),
    photo: text("photo", maxPhotoLength),
    email,
    emailVerified: email !== "" && isTrue(claimOf(claims, names.emailVerified)),
    phone,
    phoneVerified: phone !== "" && isTrue(claimOf(claims, names.phoneVerified)),
    claims: additional.toObject(),
  };
}

/** Whether a claim is the boolean true, or the text "true" that some large issuers send in its place. */
export function isTrue(value: Json | undefined): boolean {
  return value === true || value === "true";
}

/** How the user had signed in, by the claims of the token. What is absent or of the wrong type is left empty. */
export function signInContextOf(claims: Claims): SignInContext {
  const authTime = claimOf(claims, "auth_time");
  const methods = claimOf(claims, "amr");
  return {
    clientId: textOf(claimOf(claims, "azp")) || textOf(claimOf(claims, "client_id")),
    authTime: isTimestamp(authTime) ? Math.round(authTime * 1000) : undefined,
    methods: isMethodList(methods) ? methods : [],
    acr: textOf(claimOf(claims, "acr")),
  };
}

/** The claim of that name; undefined if absent. Never something that every object inherits. */
export function claimOf(claims: Claims, name: string): Json | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function userIdIn(value: Json | undefined): string {
  // JSON.parse rounds larger numbers: two users would become one.
  return Number.isSafeInteger(value) ? String(value) : textOf(value);
}

function textOf(value: Json | undefined, maxLength = maxTextLength): string {
  return typeof value === "string" && value.length <= maxLength && isPortableText(value) ? value : "";
}

function isTimestamp(value: Json | undefined): value is number {
  return typeof value === "number" && value >= 0 && value <= maxSeconds;
}

function isMethodList(value: Json | undefined): value is string[] {
  return (
    Array.isArray(value) &&
    value.length <= maxMethods &&
    value.every((item) => textOf(item, maxMethodLength) !== "")
  );
}
