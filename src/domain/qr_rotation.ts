import type { QrRotationPolicy } from "./policy.js";
import { isSameDigest, newQrKey, qrStepProofOf } from "./secrets.js";
import type { QrRotation, Ticket } from "./ticket.js";

/** One of the codes of a ticket, as its text names it. */
export interface QrStep {
  /** Number of the step, from 1. */
  readonly number: number;
  /** Text that only a reader of the ticket's key can compute. */
  readonly proof: string;
}

/**
 * A scanned code, as its ticket judges it: one that the screen shows now, another one that the service has made for
 * the ticket, or a forgery.
 */
export type CodeVerdict = "current" | "rotated" | "forged";

/** Creates the rotation of a ticket that is created at this moment. Returns undefined if its code does not change. */
export function newQrRotation(
  { interval, overlap, maxSteps }: QrRotationPolicy,
  startedAt: number,
): QrRotation | undefined {
  return interval > 0 ? { key: newQrKey(), startedAt, interval, overlap, maxSteps } : undefined;
}

/** Returns the moment at which the last step ends. */
export function rotationEndOf({ startedAt, interval, maxSteps }: QrRotation): number {
  return startedAt + interval * maxSteps;
}

/** Returns the step of this number. */
export function qrStepOf(ticketId: string, { key }: QrRotation, number: number): QrStep {
  return { number, proof: qrStepProofOf(ticketId, key, number) };
}

/**
 * Returns the number of the step that the screen shows at a moment of the tickets' clock. It is the first one before
 * the start, which the clock reaches if it is set back, and stays the last one after the end.
 */
function stepNumberAt({ startedAt, interval, maxSteps }: QrRotation, now: number): number {
  const elapsed = Math.floor((now - startedAt) / interval);
  return Math.min(Math.max(elapsed, 0), maxSteps - 1) + 1;
}

/** Returns the number of the step that the screen must show, or undefined if the ticket shows no changing code. */
export function shownStepNumber(
  { state, qrRotation }: Pick<Ticket, "state" | "qrRotation">,
  now: number,
): number | undefined {
  return qrRotation && state === "PENDING" ? stepNumberAt(qrRotation, now) : undefined;
}

/** Returns the moment at which the next step replaces the one of this number, or undefined for the last one. */
export function stepEndOf({ startedAt, interval, maxSteps }: QrRotation, number: number): number | undefined {
  return number < maxSteps ? startedAt + interval * number : undefined;
}

/**
 * Judges a scanned code by the ticket's own policy and the tickets' clock. `step` is undefined if the phone sent a bare
 * ticket id.
 *
 * A genuine step that has not begun counts as rotated: it comes from a screen that drew it before the clock was set
 * back, and scanning again helps.
 */
export function judgeCode(
  { id, qrRotation }: Pick<Ticket, "id" | "qrRotation">,
  step: QrStep | undefined,
  now: number,
): CodeVerdict {
  if (!qrRotation) return step ? "forged" : "current";
  if (!step) return "rotated";
  const { number, proof } = step;
  if (!isSameDigest(proof, qrStepOf(id, qrRotation, number).proof)) return "forged";
  if (number > stepNumberAt(qrRotation, now)) return "rotated";
  const end = stepEndOf(qrRotation, number);
  return end === undefined || now < end + qrRotation.overlap ? "current" : "rotated";
}
