import { onTestFinished } from "vitest";
import { directRequests } from "../../src/auth/outgoing/outgoing_requests.js";
import { systemClock } from "../../src/base/clock.js";
import type { Check, CheckContext, Finding } from "../../src/doctor/finding.js";
import { type IssuerServer, startIssuerServer } from "../auth/support.js";

/** Context of checks that ends a request after five seconds. */
export const context: CheckContext = { clock: systemClock, timeout: 5_000, outgoing: directRequests };

/** Returns a context whose wall clock is this far ahead, in milliseconds. */
export const contextAhead = (ms: number): CheckContext => ({
  ...context,
  clock: { ...systemClock, wallNow: () => systemClock.wallNow() + ms },
});

/** Starts an issuer that is closed at the end of the test. */
export async function issuerForTest(): Promise<IssuerServer> {
  const issuer = await startIssuerServer();
  onTestFinished(() => issuer.close());
  return issuer;
}

/** Resolves with the findings of a check as `status check: detail | cause | remedy`. */
export async function linesOf(check: Check, given: CheckContext = context): Promise<readonly string[]> {
  return (await check.run(given)).map(toLine);
}

/** Returns a finding as one line. */
export function toLine({ status, check, detail, cause, remedy }: Finding): string {
  return [`${status} ${check}: ${detail}`, cause, remedy].filter((part) => part !== undefined).join(" | ");
}
