import { importJWK, SignJWT } from "jose";
import { type AppConfig, noPolicy, standardClaims, type UserPoolConfig } from "../config/config.js";
import { developmentIssuer, developmentKey } from "../config/development_key.js";
import { sha256Hex } from "../domain/secrets.js";

export { developmentIssuer };

/** Claim `aud` of development tokens. */
export const developmentAudience = "qrlogin-development";

/** Key of the development issuer, public on purpose. Only development mode may accept its signatures. */
const privateKey = { ...developmentKey, d: "m5NbPM1weKsSZ-Lr6QPQ_x6tneycCw05LQzXwDjBDKE" };

/** Lifetime of a development token, in seconds. */
const tokenLifetime = 12 * 60 * 60;

/** Returns the data URL of an image of 64 by 64 pixels. */
const dataUrl = (shapes: string): string =>
  `data:image/svg+xml,${encodeURIComponent(
    `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">${shapes}</svg>`,
  )}`;

const portrait = (initial: string, colour: string): string =>
  dataUrl(
    `<rect width="64" height="64" fill="${colour}"/>` +
      `<text x="32" y="44" font-family="sans-serif" font-size="36" text-anchor="middle" fill="#fff">${initial}</text>`,
  );

/** Demo users by name, with the claims of their tokens. Their `sub` is the name. */
export const developmentUsers = {
  alice: {
    nickname: "Alice",
    name: "Alice Example",
    picture: portrait("A", "#6d28d9"),
    email: "alice@example.com",
    email_verified: true,
    phone_number: "+12025550101",
    phone_number_verified: true,
  },
  bob: {
    nickname: "Bob",
    name: "Bob Example",
    picture: portrait("B", "#0f766e"),
    email: "bob@example.com",
    email_verified: true,
    phone_number: "+12025550102",
    phone_number_verified: false,
  },
} as const;

export type DevelopmentUser = keyof typeof developmentUsers;

/** User pool of the demo users. Only development mode may configure it. */
export const developmentPool: UserPoolConfig = {
  id: "demo-pool",
  issuer: developmentIssuer,
  audience: [developmentAudience],
  keys: { jwks: { keys: [developmentKey] } },
  introspection: undefined,
  algorithms: ["ES256"],
  claims: standardClaims,
  additionalClaims: [],
  userInfoUri: undefined,
  policy: noPolicy,
};

/** Demo website, with the secret `demo-secret`. Only development mode may configure it. */
export const developmentApp: AppConfig = {
  id: "demo-app",
  name: "Harbour Books",
  logoUrl: dataUrl(
    '<rect width="64" height="64" rx="16" fill="#1d4f91"/>' +
      '<path d="M32 21c-5-4-11-5-17-5v28c6 0 12 1 17 5 5-4 11-5 17-5V16c-6 0-12 1-17 5v28" ' +
      'fill="none" stroke="#fff" stroke-width="4" stroke-linejoin="round"/>',
  ),
  userPool: developmentPool.id,
  secretSha256: [sha256Hex("demo-secret")],
  certificateNames: [],
  policy: noPolicy,
};

/**
 * Demo website that uses the Authing API from pages, which keep no secret. The secret of the app itself is
 * `legacy-secret`.
 */
export const developmentLegacyApp: AppConfig = {
  id: "legacy-app",
  name: "Legacy Website",
  logoUrl: "",
  userPool: developmentPool.id,
  secretSha256: [sha256Hex("legacy-secret")],
  certificateNames: [],
  policy: noPolicy,
};

/**
 * Creates a user token for a demo user, valid for 12 hours from `now` (milliseconds since the Unix epoch).
 */
export async function signDevelopmentToken(user: DevelopmentUser, now: number): Promise<string> {
  const seconds = Math.floor(now / 1000);
  return new SignJWT({
    ...developmentUsers[user],
    auth_time: seconds,
    amr: ["demo"],
    azp: "demo-phone",
  })
    .setProtectedHeader({ alg: "ES256", kid: developmentKey.kid, typ: "JWT" })
    .setIssuer(developmentIssuer)
    .setAudience(developmentAudience)
    .setSubject(user)
    .setIssuedAt(seconds)
    .setExpirationTime(seconds + tokenLifetime)
    .sign(await importJWK(privateKey, "ES256"));
}
