import { formatClaim } from "../../auth/tokens/explain_unmatched_token.js";
import { isObject } from "../../base/is_object.js";

/** Member of a JSON Web Key Set, as a check describes it. */
export interface DescribedKey {
  /** Type, size and key id. None of this is secret. */
  readonly text: string;
  /** Algorithms for which the key may verify a signature. */
  readonly algorithms: readonly string[];
  /** Why no signature can be verified with it; undefined if one can. */
  readonly problem: string | undefined;
}

const minRsaBits = 2048;

const curveAlgorithms = new Map<unknown, readonly string[]>([
  ["P-256", ["ES256"]],
  ["P-384", ["ES384"]],
  ["P-521", ["ES512"]],
  ["Ed25519", ["EdDSA", "Ed25519"]],
]);
const rsaAlgorithms = ["RS256", "RS384", "RS512", "PS256", "PS384", "PS512"];

/** Returns a description of each key of a set (RFC 7517); undefined if the value is no key set. */
export function describeKeys(jwks: unknown): readonly DescribedKey[] | undefined {
  if (!isObject(jwks) || !Array.isArray(jwks.keys)) return undefined;
  return jwks.keys.map((key: unknown) => describeKey(isObject(key) ? key : {}));
}

function describeKey(jwk: Readonly<Record<string, unknown>>): DescribedKey {
  const bits =
    jwk.kty === "RSA" && typeof jwk.n === "string" ? Buffer.from(jwk.n, "base64url").length * 8 : 0;
  const size = jwk.kty === "RSA" ? `${bits} bits` : formatMember(jwk.crv);
  const kid = jwk.kid === undefined ? "no kid" : `kid ${formatClaim(jwk.kid)}`;
  return {
    text: `${formatMember(jwk.kty)} ${size}, ${kid}`,
    algorithms: algorithmsOf(jwk),
    problem: problemOf(jwk, bits),
  };
}

function algorithmsOf({ kty, crv, alg, use }: Readonly<Record<string, unknown>>): readonly string[] {
  if (use !== undefined && use !== "sig") return [];
  const possible = kty === "RSA" ? rsaAlgorithms : (curveAlgorithms.get(crv) ?? []);
  return alg === undefined ? possible : possible.filter((name) => name === alg);
}

function problemOf(jwk: Readonly<Record<string, unknown>>, bits: number): string | undefined {
  if (["d", "k", "p", "q"].some((name) => jwk[name] !== undefined)) return "it is not a public key";
  if (jwk.kty === "RSA" && bits < minRsaBits) return `it has ${bits} bits; ${minRsaBits} are needed`;
  return undefined;
}

/** Returns a member that names a type or a curve, if it is one; anything else is not quoted. */
function formatMember(value: unknown): string {
  return typeof value === "string" && /^[\w-]{1,20}$/.test(value) ? value : "of an unknown type";
}
