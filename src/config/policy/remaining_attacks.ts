import { maxCheckCodeAttempts } from "../../domain/decide.js";
import type { Policy } from "../../domain/policy.js";
import { formatDuration } from "../schema/values.js";

/**
 * Attacks that a policy leaves open, by section: one sentence for each. The compiler reports a missing section.
 *
 * A sentence says who does what and what the attacker gains. It never promises more than the defence holds.
 */
const attacksBySection: {
  readonly [Section in keyof Policy]: (policy: Policy[Section]) => readonly string[];
} = {
  checkCode: ({ mode, digits }) =>
    mode === "off"
      ? ["A person who scans and approves a code that was sent to them signs the sender in."]
      : [
          "A person who tells the check code to a caller, or types it on a fake page, signs the attacker in.",
          `An attacker who guesses the check code succeeds in one of ${guesses(digits)} approvals.`,
        ],
  qrRotation: ({ interval, overlap }) =>
    interval === 0
      ? ["A picture of a code, in a mail or a chat, can be scanned until its ticket expires."]
      : [
          `A picture of a code can be scanned for up to ${formatDuration(interval + overlap)}.`,
          "A fake page that copies each new code from the website at once is not stopped by changing codes.",
          "Codes of the Authing-compatible API, and of backends that do not draw each new code, do not change.",
        ],
  limits: ({ ticketsPerApp, declinesPerApprover }) => [
    `An attacker with many addresses can use up the app's ${formatCount(ticketsPerApp)} tickets a minute.`,
    `A person can be asked again until they have declined ${formatCount(declinesPerApprover)} times in ten minutes.`,
  ],
};

function guesses(digits: number): string {
  return formatCount(Math.floor(10 ** digits / maxCheckCodeAttempts));
}

function formatCount(count: number): string {
  return count.toLocaleString("en-US");
}

/** Returns a sentence for each attack that the policy leaves open. */
export function remainingAttacksOf(policy: Policy): readonly string[] {
  const sections = Object.keys(attacksBySection) as (keyof Policy)[];
  return sections.flatMap((section) => remainingAttacksOfSection(section, policy));
}

function remainingAttacksOfSection<Section extends keyof Policy>(
  section: Section,
  policy: Policy,
): readonly string[] {
  return attacksBySection[section](policy[section]);
}
