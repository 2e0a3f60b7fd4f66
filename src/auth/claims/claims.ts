import type { ClaimsConfig, UserPoolConfig } from "../../config/config.js";
import type { Json, SignInContext, UserProfile } from "../../domain/user.js";
import { createAdditionalClaims } from "./additional_claims.js";
import { isPortableText } from "./portable_text.js";

/**
 * Claims as the issuer states them. They come from JSON, so every value is JSON and every key is an own
 * property.
 */
export type Claims = { readonly [name: string]: Json };

/** Callback that receives the name of a claim dropped from a profile, and the reason. */
export type OnDroppedClaim = (claim: string, cause: string) => void;

/**
 * Claims that describe the token and not the user (RFC 7519, section 4.1; RFC 7800; RFC 8693; OpenID Connect
 * Core 1.0, sections 2, 3.1.3.6 and 3.3.2.11, and its logout specifications).
 */
export const protocolClaims: ReadonlySet<string> = new Set([
  ...["iss", "sub", "aud", "exp", "nbf", "iat", "jti", "cnf", "act", "may_act", "scope", "client_id"],
  ...["auth_time", "nonce", "acr", "amr", "azp", "at_hash", "c_hash", "s_hash", "sid", "events"],
]);

/** Longest text of a claim, in characters. URLs of photos may be longer, since they are often signed. */
const maxTextLength = 1024;
const maxPhotoLength = 4096;

/**
 * Longest authentication method, in characters, and the maximum number of methods. RFC 8176 defines 18
 * methods of at most 6 characters.
 */
const maxMethodLength = 128;
const maxMethods = 32;

// The last second that a google.protobuf.Timestamp can represent.
const maxSeconds = 253_402_300_799;

/**
 * Returns the profile that the claims describe. Returns undefined if the pool's user id claim is absent, or
 * is neither a text of 1 to 1024 characters nor a safe integer.
 *
 * Drops any other claim of the wrong type or of more than 1024 characters (the photo: 4096). Does not truncate
 * it, since a truncated address would be a different address. Drops additional claims that {@link
 * createAdditionalClaims} does not accept, for instance with more than 4096 characters of JSON.
 */
export function profileOf(
  pool: UserPoolConfig,
  claims: Claims,
  onDropped: OnDroppedClaim = () => {},
): UserProfile | undefined {
  const names = pool.claims;
  const userId = userIdIn(claimOf(claims, names.userId));
  if (userId === "") return undefined;

  const text = (name: keyof ClaimsConfig, maxLength = maxTextLength): string => {
    const value = claimOf(claims, names[name]);
    const accepted = textOf(value, maxLength);
    const isAbsent = value === undefined || value === null || value === "";
    if (accepted === "" && !isAbsent)
      onDropped(names[name], `It is not a string of at most ${maxLength} characters.`);
    return accepted;
  };
  const email = text("email");
  const phone = text("phone");
  const additional = createAdditionalClaims();
  for (const name of new Set(pool.additionalClaims)) {
    const value = claimOf(claims, name);
    const failure = value === undefined ? undefined : additional.add(name, value);
    if (failure !== undefined) onDropped(name, failure);
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

/** Returns whether a claim is true, or the text "true" that some large issuers send instead. */
export function isTrue(value: Json | undefined): boolean {
  return value === true || value === "true";
}

/**
 * Returns how the user signed in, according to the token's claims. Fields whose claim is absent or of the
 * wrong type are empty.
 */
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

/** Returns the claim of that name, or undefined if absent. Never returns an inherited property. */
export function claimOf(claims: Claims, name: string): Json | undefined {
  return Object.hasOwn(claims, name) ? claims[name] : undefined;
}

function userIdIn(value: Json | undefined): string {
  // JSON.parse rounds larger integers, so two users could get the same id.
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
