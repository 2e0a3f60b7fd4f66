import type { Defence } from "./defence.js";
import type { Attempt } from "./world/attempt.js";
import type { World } from "./world/world.js";

/** One attack on one defence. */
export interface Scenario {
  /** Id of the threat, such as `T4`, or of the published flaw, such as `F5`. */
  readonly threat: string;
  /** Name of the threat and of the way in which it is played. */
  readonly title: string;
  readonly defence: Defence;
  /** Returns why the scenario cannot be played against this target, or undefined if it can. */
  readonly obstacle?: (world: World) => string | undefined;
  play(world: World): Promise<Finding>;
}

/** One thing that the attacker did, and how it went. */
export interface Try {
  readonly what: string;
  readonly succeeded: boolean;
  /** Error that stopped the attacker, or the effect of a success. */
  readonly effect: string;
}

/** Result of a scenario. */
export interface Finding {
  readonly tries: readonly Try[];
  /** Lines that the victim sees on the phone while the attack is played. */
  readonly victimSees?: readonly string[];
  /** Meaning of a success, for people. */
  readonly meaning?: string;
}

/**
 * Returns a try that the contract promises to reject with one of these reasons. Any other outcome is a success of the
 * attacker: a defence that answers something else is not the promised one.
 */
export function rejected(what: string, attempt: Attempt<unknown>, ...reasons: readonly string[]): Try {
  if (attempt.reason === undefined) return { what, succeeded: true, effect: "accepted" };
  if (reasons.includes(attempt.reason)) return { what, succeeded: false, effect: attempt.reason };
  return { what, succeeded: true, effect: `${attempt.reason} instead of ${reasons.join(" or ")}` };
}

/** Returns a try whose defence is a fact that must hold. */
export function holds(what: string, fact: boolean, effect: string): Try {
  return { what, succeeded: !fact, effect: fact ? effect : `not so: ${effect}` };
}

/** Returns the try of an attack whose goal was reached, or was not. */
export function goal(what: string, reached: boolean, effect: string): Try {
  return { what, succeeded: reached, effect };
}
