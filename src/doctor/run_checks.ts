import { withTimeout } from "../base/with_timeout.js";
import { type Check, type CheckContext, type Finding, findingsOf } from "./finding.js";

/**
 * Number of time-outs of a single request after which a whole check is given up. Checks make a few requests one after
 * another.
 */
const requestsPerCheck = 4;

/**
 * Runs the checks side by side. Resolves with their findings in the order of the checks. A check that rejects or takes
 * too long is itself a finding.
 */
export async function runChecks(
  checks: readonly Check[],
  context: CheckContext,
): Promise<readonly Finding[]> {
  const limit = context.timeout * requestsPerCheck;
  return (await Promise.all(checks.map((check) => runCheck(check, context, limit)))).flat();
}

async function runCheck(check: Check, context: CheckContext, limit: number): Promise<readonly Finding[]> {
  const { failed } = findingsOf(check.name);
  try {
    const findings = await withTimeout(check.run(context), limit, context.clock);
    if (findings !== undefined) return findings;
    return [
      failed(`no result within ${limit} ms`, {
        remedy: "check the network on the way; --timeout gives every request more time",
      }),
    ];
  } catch (error) {
    return [failed(`the check broke off: ${error instanceof Error ? error.message : String(error)}`)];
  }
}
