import { claimOf } from "../../auth/claims/claims.js";
import { findPurposeFailure } from "../../auth/tokens/token_purpose.js";
import type { UserPoolConfig, UserTokensConfig } from "../../config/config.js";
import { type Finding, findingsOf } from "../finding.js";
import type { DecodedToken } from "./decode_token.js";

/** Judges the times of a token at a time (milliseconds since the Unix epoch). */
export function checkTimes(
  { claims }: DecodedToken,
  { clockTolerance }: UserTokensConfig,
  now: number,
): Finding {
  const { ok, failed } = findingsOf("times");
  const [exp, nbf] = [claimOf(claims, "exp"), claimOf(claims, "nbf")];
  if (typeof exp !== "number") return failed("exp is missing, or is not a number");
  if (nbf !== undefined && typeof nbf !== "number") return failed("nbf is not a number");
  const tolerance = `the clock tolerance is ${clockTolerance / 1_000} s`;
  const expired = now - exp * 1_000;
  if (expired >= clockTolerance) {
    return failed(`expired ${formatSeconds(expired)} ago (exp); ${tolerance}`, {
      remedy: "get a fresh token; if it is fresh, compare the clocks of the issuer and of this machine",
    });
  }
  const early = (nbf ?? 0) * 1_000 - now;
  if (early > clockTolerance) {
    return failed(`not valid for another ${formatSeconds(early)} (nbf); ${tolerance}`, {
      cause: "the clock of the issuer is ahead, or this machine's is behind",
      remedy: "synchronize both clocks by NTP",
    });
  }
  if (expired >= 0) return ok(`expired ${formatSeconds(expired)} ago; ${tolerance}`);
  return ok(`valid for another ${formatSeconds(-expired)}`);
}

/** Judges whether a token has the claims that a user pool needs. */
export function checkClaims({ claims }: DecodedToken, pool: UserPoolConfig): Finding {
  const { ok, failed } = findingsOf("claims");
  const names = [...new Set(["sub", pool.claims.userId])];
  const missing = names.filter((name) => !hasText(claimOf(claims, name)));
  if (missing.length === 0) return ok(`${names.join(" and ")} name a user`);
  return failed(`${missing.join(" and ")} is missing, empty, or not a text`, {
    remedy: missing.includes("sub")
      ? "let the issuer put the claim sub into its tokens"
      : "set claims.userId of the pool to a claim that the tokens have",
  });
}

/** Judges whether a token was issued for a user to sign in. */
export function checkPurpose({ header, claims }: DecodedToken): Finding {
  const { ok, failed } = findingsOf("purpose");
  const failure = findPurposeFailure(header, claims);
  if (failure === undefined) return ok("an ID token or an access token of a person");
  return failed("not a token by which a person signs in", {
    cause: failure,
    remedy: "let the mobile app pass the access token or the ID token of the user, as a bearer token",
  });
}

const hasText = (value: unknown) => typeof value === "string" && value !== "";

function formatSeconds(ms: number): string {
  const seconds = Math.ceil(ms / 1_000);
  if (seconds < 120) return `${seconds} s`;
  return seconds < 7_200 ? `${Math.round(seconds / 60)} min` : `${Math.round(seconds / 3_600)} h`;
}
