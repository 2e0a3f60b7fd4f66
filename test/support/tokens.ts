import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });

/** User pool whose keys are in a JWKS file. */
export const customers = {
  id: "customers",
  issuer: "https://id.example.com/",
  audience: "mobile-app",
  algorithm: "ES256",
  key: privateKey as CryptoKey | Uint8Array,
};

export const staffSecret = "a shared secret for the tests only";
export const staffKey = new TextEncoder().encode(staffSecret);

/** User pool whose key is a shared secret. */
export const staff = {
  id: "staff",
  issuer: "https://staff.example.com/",
  audience: "staff-app",
  algorithm: "HS256",
  key: staffKey as CryptoKey | Uint8Array,
};

/** JWKS of the pool {@link customers}. */
export const customersJwks = {
  keys: [{ ...(await exportJWK(publicKey)), kid: "test-1", alg: "ES256", use: "sig" }],
};

export type TestPool = typeof customers;

/** Returns the claims of a user. A change to undefined removes one. */
export function claimsOf(user: string, changes: Record<string, unknown> = {}): JWTPayload {
  const claims = {
    sub: `subject-of-${user}`,
    exp: Math.floor(Date.now() / 1_000) + 3_600,
    nickname: `${user}-nick`,
    name: `${user} Full-Name`,
    picture: `https://img.example.com/${user}.png`,
    email: `${user}@mail.example.com`,
    email_verified: true,
    phone_number: "+351 210 000 000",
    phone_number_verified: true,
    azp: "mobile-client",
    auth_time: 1_700_000_000,
    amr: ["pwd", "otp"],
    acr: "loa-2",
    department: { name: `department-of-${user}`, floors: [1, 2] },
    ...changes,
  };
  return Object.fromEntries(Object.entries(claims).filter(([, value]) => value !== undefined));
}

/** Overrides of a valid token. */
export interface TokenChanges {
  readonly claims?: Record<string, unknown>;
  readonly algorithm?: string;
  readonly key?: CryptoKey | Uint8Array;
}

/** Signs a user token of the pool. It is valid but for the overrides. */
export function signToken(
  user: string,
  pool: TestPool = customers,
  changes: TokenChanges = {},
): Promise<string> {
  const claims = claimsOf(user, { iss: pool.issuer, aud: pool.audience, ...changes.claims });
  const alg = changes.algorithm ?? pool.algorithm;
  const kid = pool === customers ? { kid: "test-1" } : {};
  return new SignJWT(claims).setProtectedHeader({ alg, ...kid }).sign(changes.key ?? pool.key);
}

/** Returns an unsigned token (RFC 7519, section 6). */
export function unsignedToken(user: string, pool: TestPool = customers): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claimsOf(user, { iss: pool.issuer, aud: pool.audience }))}.`;
}
