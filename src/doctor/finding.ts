import type { OutgoingRequests } from "../auth/outgoing/outgoing_requests.js";
import type { Clock } from "../base/clock.js";

/** Outcome of a check. Only `failed` makes the command fail. */
export type FindingStatus = "ok" | "warning" | "failed" | "skipped";

/** Result of one check. No field holds a secret, a token, or anything about a user. */
export interface Finding {
  /** Subject of the check, such as `keys of customers`. */
  readonly check: string;
  readonly status: FindingStatus;
  /** Description of what was found. */
  readonly detail: string;
  /** Cause, as far as it is known. */
  readonly cause?: string | undefined;
  /** Remedy: what to do about it. */
  readonly remedy?: string | undefined;
}

/** Conditions under which checks run. */
export interface CheckContext {
  readonly clock: Clock;
  /** Time-out of one request, in milliseconds. */
  readonly timeout: number;
  /** Way to the endpoints of issuers, as the service takes it. */
  readonly outgoing: OutgoingRequests;
}

/** A check. It reports faults of what it checks as findings, and rejects only for faults of its own. */
export interface Check {
  readonly name: string;
  run(context: CheckContext): Promise<readonly Finding[]>;
}

/** Cause and remedy of a finding. */
export type Explanation = Pick<Finding, "cause" | "remedy">;

/** Returns functions that create the findings of a check. */
export function findingsOf(check: string) {
  const create =
    (status: FindingStatus) =>
    (detail: string, explanation: Explanation = {}): Finding => ({ check, status, detail, ...explanation });
  return {
    ok: create("ok"),
    warning: create("warning"),
    failed: create("failed"),
    skipped: create("skipped"),
  };
}
