import type { OnDroppedClaim } from "./claims.js";

/** Something that an issuer told about a user and that is left out of their profile. Holds no value. */
export interface DroppedClaim {
  readonly userPoolId: string;
  /** Name of the claim, or `UserInfo` for the whole answer of the endpoint. */
  readonly claim: string;
  readonly cause: string;
}

/**
 * Creates a reporter for a user pool that reports each claim once for each cause, whoever the user is. Claims are those that the pool
 * names, so what is remembered is bounded by the configuration.
 */
export function createDroppedClaimReporter(
  userPoolId: string,
  report: (leftOut: DroppedClaim) => void,
): OnDroppedClaim {
  const reported = new Set<string>();
  return (claim, cause) => {
    const key = JSON.stringify([claim, cause]);
    if (reported.has(key)) return;
    reported.add(key);
    report({ userPoolId, claim, cause });
  };
}
