/** Effective policy of an app: the defences that apply to its sign-ins. */
export interface Policy {
  readonly checkCode: CheckCodePolicy;
  readonly qrRotation: QrRotationPolicy;
  readonly limits: LimitsPolicy;
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

/**
 * Limits on what one app, user, address or screen may do. Those of approvers and of the user pool are the pool's; an
 * app cannot change them.
 */
export interface LimitsPolicy {
  /** Tickets of one app in a minute. */
  readonly ticketsPerApp: number;
  /** Tickets of all apps of the user pool in a minute. */
  readonly ticketsPerUserPool: number;
  /** Tickets of one app for one address (IPv6: one /64) in a minute. */
  readonly ticketsPerAddress: number;
  /** Tickets of one app for one IPv6 /48 in a minute. */
  readonly ticketsPerNetwork: number;
  /** Tickets of one screen that have not ended. */
  readonly ticketsPerScreen: number;
  /** Codes that one approver may scan in a minute. */
  readonly scansPerApprover: number;
  /** Codes that one approver has scanned and not decided on. */
  readonly scansInProgress: number;
  /** Codes that one approver may decline in ten minutes and still scan others. */
  readonly declinesPerApprover: number;
  /** Calls of one app in a minute for a ticket that does not exist, or with a wrong secret. */
  readonly missesPerApp: number;
  /** Calls of one approver in a minute for a ticket that does not exist. */
  readonly missesPerApprover: number;
  /** Wrong check codes of one app from one address (IPv6: one /64) in ten minutes, in all tickets together. */
  readonly wrongCheckCodesPerAddress: number;
  /** Wrong check codes of one app in ten minutes, in all tickets together. */
  readonly wrongCheckCodesPerApp: number;
}

/** Policy of an app for which nothing is configured. */
export const defaultPolicy: Policy = {
  checkCode: { mode: "off", digits: 6 },
  qrRotation: { interval: 0, overlap: 3_000, maxSteps: 60 },
  limits: {
    ticketsPerApp: 60_000,
    ticketsPerUserPool: 120_000,
    ticketsPerAddress: 600,
    ticketsPerNetwork: 2_400,
    ticketsPerScreen: 30,
    scansPerApprover: 30,
    scansInProgress: 5,
    declinesPerApprover: 5,
    missesPerApp: 6_000,
    missesPerApprover: 30,
    wrongCheckCodesPerAddress: 100,
    wrongCheckCodesPerApp: 1_000,
  },
};
