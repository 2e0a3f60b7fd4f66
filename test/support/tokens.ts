import { type CryptoKey, exportJWK, generateKeyPair, type JWTPayload, SignJWT } from "jose";

const { publicKey, privateKey } = await generateKeyPair("ES256", { extractable: true });

/** The pool whose keys are a JWKS file. */
export const customers = {
  id: "customers",
  issuer: "https://id.example.com/",
  audience: "mobile-app",
  algorithm: "ES256",
  key: privateKey as CryptoKey | Uint8Array,
};

export const staffSecret = "a shared secret for the tests only";
export const staffKey = new TextEncoder().encode(staffSecret);

/** The pool whose key is a shared secret. */
export const staff = {
  id: "staff",
  issuer: "https://staff.example.com/",
  audience: "staff-app",
  algorithm: "HS256",
  key: staffKey as CryptoKey | Uint8Array,
};

/** What the file of the pool {@link customers} holds. */
export const customersJwks = {
  keys: [{ ...(await exportJWK(publicKey)), kid: "test-1", alg: "ES256", use: "sig" }],
};

export type TestPool = typeof customers;

/** The claims of alice; a change to undefined leaves one out. */
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

/** How a token differs from a right one. */
export interface TokenChanges {
  readonly claims?: Record<string, unknown>;
  readonly algorithm?: string;
  readonly key?: CryptoKey | Uint8Array;
}

/** A user token of the pool, right but for the changes. */
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

/** A token that nobody has signed (RFC 7519, section 6). */
export function unsignedToken(user: string, pool: TestPool = customers): string {
  const part = (value: object) => Buffer.from(JSON.stringify(value)).toString("base64url");
  return `${part({ alg: "none" })}.${part(claimsOf(user, { iss: pool.issuer, aud: pool.audience }))}.`;
}
