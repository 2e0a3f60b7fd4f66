import type { CodeStep } from "../api_results.js";
import type { Context, Timer } from "./step.js";

/** Image of a code that the page shows. */
export interface CodeImage {
  readonly url: string;
  /** Number of attempts to load the image that failed although the gateway was reachable. */
  readonly failures: number;
  /** Pause before the next attempt, if the last one failed. */
  readonly timer?: Timer | undefined;
  /** Time after which the image must not be shown; infinite if no other code replaces this one. */
  readonly validUntil: number;
  /** Timer that fires then. */
  readonly expiry?: Timer | undefined;
}

/**
 * Time that the next code has to arrive, in milliseconds. Afterwards the image is covered. It is the shortest overlap
 * with which a service can be configured, so that the page shows no code that is rejected.
 */
const overlapMs = 1_000;

/** Returns the image of a code, which has loaded or is to be loaded. `failures` are those of the image before. */
export function startImage(
  url: string,
  step: CodeStep | null | undefined,
  { now }: Context,
  failures = 0,
): CodeImage {
  const remainingMs = step?.remainingMs;
  if (typeof remainingMs !== "number") return { url, failures, validUntil: Number.POSITIVE_INFINITY };
  const minimumMs = remainingMs + overlapMs;
  return { url, failures, validUntil: now + minimumMs, expiry: { kind: "timer", minimumMs } };
}
