import { decodeJwt, decodeProtectedHeader } from "jose";
import type { Claims } from "../../auth/claims/claims.js";
import { type Finding, findingsOf } from "../finding.js";

/** Header and claims of a JWT, not verified. */
export interface DecodedToken {
  readonly header: {
    readonly alg?: unknown;
    readonly kid?: unknown;
    readonly typ?: unknown;
    readonly cty?: unknown;
  };
  readonly claims: Claims;
}

/** Longest list of claims that is shown. Names come from the token, and anybody can write one. */
const maxNames = 40;

/** Returns the content of a JWT; undefined for any other token. */
export function decodeToken(token: string): DecodedToken | undefined {
  try {
    // jose does not state that the payload is the result of JSON.parse.
    return { header: decodeProtectedHeader(token), claims: decodeJwt(token) as Claims };
  } catch {
    // The token is opaque, encrypted or malformed.
    return undefined;
  }
}

/** Returns findings about the form of a token, without its values. */
export function describeForm(token: string, decoded: DecodedToken | undefined): readonly Finding[] {
  const { ok, warning, failed } = findingsOf("form");
  if (/^bearer /i.test(token)) {
    return [failed("it begins with the word Bearer", { remedy: "pass the token alone" })];
  }
  if (!/^[\w\-.~+/]+=*$/.test(token)) {
    return [
      failed("it contains characters that no bearer token has (RFC 6750)", {
        remedy: "pass one token, without quotation marks, spaces and line breaks in it",
      }),
    ];
  }
  if (decoded) return [ok(`a JWT with the claims ${namesOf(decoded.claims)}`)];
  if (token.split(".").length === 5) {
    return [
      warning("an encrypted JWT (JWE)", {
        cause: "only the issuer can read it",
        remedy: "let the issuer sign tokens instead, or use introspection for the pool",
      }),
    ];
  }
  return [warning("not a JWT: only an introspection endpoint can judge it")];
}

function namesOf(claims: Claims): string {
  const names = Object.keys(claims).filter((name) => /^[\w:/.@-]{1,80}$/.test(name));
  const shown = names.slice(0, maxNames).join(", ");
  const more = Object.keys(claims).length - Math.min(names.length, maxNames);
  return more > 0 ? `${shown} and ${more} more` : shown || "(none)";
}
