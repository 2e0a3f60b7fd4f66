import type { JWTPayload } from "jose";
import { differOnlyInSpelling } from "../../config/checks/issuer_spelling.js";
import type { UserPoolConfig } from "../../config/config.js";

/** Longest claim in the log, in characters. */
const maxClaimLength = 120;

/** Maximum number of audiences shown. */
const maxAudiences = 3;

/**
 * Returns why no user pool matches a token, for the log: the token's issuer and audience, and a pool whose
 * issuer is nearly equal. The claims are unverified and may come from anyone, so they are marked as
 * unverified, truncated, and stripped of control characters.
 */
export function explainUnmatchedToken({ iss, aud }: JWTPayload, pools: readonly UserPoolConfig[]): string {
  const received = `the token states, unverified: issuer ${formatClaim(iss)}, audience ${formatAudience(aud)}`;
  const sameIssuer = pools.filter((pool) => pool.issuer === iss).map(({ id }) => id);
  if (sameIssuer.length > 0) {
    return `The token has no audience of the user pool ${sameIssuer.join(", ")}, which has this issuer; ${received}`;
  }
  const variant = pools.find((pool) => typeof iss === "string" && differOnlyInSpelling(pool.issuer, iss));
  const spellingNote = variant
    ? `; the issuer of the user pool ${variant.id} differs only in spelling and must be equal, ` +
      "including a trailing slash"
    : "";
  return `No user pool has this issuer; ${received}${spellingNote}`;
}

function formatAudience(aud: unknown): string {
  if (!Array.isArray(aud)) return formatClaim(aud);
  const more = aud.length > maxAudiences ? ` and ${aud.length - maxAudiences} more` : "";
  return `${aud.slice(0, maxAudiences).map(formatClaim).join(", ")}${more}`;
}

/** Returns an unverified claim for people: truncated, without control characters, user name and query. */
export function formatClaim(claim: unknown): string {
  if (claim === undefined) return "none";
  if (typeof claim !== "string") return `of the type ${Array.isArray(claim) ? "array" : typeof claim}`;
  // A genuine issuer or audience has no user name and no query. In a forged one they could contain anything.
  const bare = claim.replace(/[?#].*$/s, "").replace(/\/\/[^/@]*@/, "//");
  const printable = bare.replace(/[^\p{L}\p{N}\p{P}\p{S} ]/gu, "�");
  return JSON.stringify(
    printable.length > maxClaimLength ? `${printable.slice(0, maxClaimLength)}…` : printable,
  );
}
