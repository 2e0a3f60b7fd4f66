import type { OnDroppedClaim } from "./claims.js";

/** Report of a claim that was dropped from a profile. Contains no value of the claim. */
export interface DroppedClaim {
  readonly userPoolId: string;
  /** Name of the claim, or `UserInfo` for the endpoint's whole response. */
  readonly claim: string;
  readonly cause: string;
}

/**
 * Creates a reporter for a user pool. It reports each claim once for each cause, across all users. Only
 * claims that the pool's configuration names are reported, which bounds the memory.
 */
export function createDroppedClaimReporter(
  userPoolId: string,
  report: (dropped: DroppedClaim) => void,
): OnDroppedClaim {
  const reported = new Set<string>();
  return (claim, cause) => {
    const key = JSON.stringify([claim, cause]);
    if (reported.has(key)) return;
    reported.add(key);
    report({ userPoolId, claim, cause });
  };
}
