/** Effective policy of an app: the defences that apply to its sign-ins. */
export interface Policy {
  readonly checkCode: CheckCodePolicy;
  readonly qrRotation: QrRotationPolicy;
}

/** Policy of the check code that the phone shows after an approval and the user types on the website. */
export interface CheckCodePolicy {
  readonly mode: "off" | "always";
  /** Number of digits, 4 to 6. */
  readonly digits: number;
}

/** Policy of codes that change while a ticket waits to be scanned. Durations are in milliseconds. */
export interface QrRotationPolicy {
  /** Time after which the code changes; 0 if it never does. */
  readonly interval: number;
  /** Time for which a replaced code is still accepted. */
  readonly overlap: number;
  /** Number of codes that a ticket can have. It expires after the last one. */
  readonly maxSteps: number;
}

/** Policy of an app for which nothing is configured. */
export const defaultPolicy: Policy = {
  checkCode: { mode: "off", digits: 6 },
  qrRotation: { interval: 0, overlap: 3_000, maxSteps: 60 },
};
