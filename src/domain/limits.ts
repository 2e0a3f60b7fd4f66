/**
 * Names of the limits that a call can exceed with RATE_LIMITED. They are the subjects of the QuotaFailure, so they must
 * not change. `docs/limits.md` explains them.
 */
export const limitNames = [
  "app",
  "user_pool",
  "requester_address",
  "requester_network",
  "screen",
  "approver",
  "scans_in_progress",
  "refusals",
  "ticket_misses",
  "check_codes_address",
  "check_codes_app",
  "poll_interval",
  "calls_in_progress",
  "calls_per_address",
  "qr_images",
] as const;

export type LimitName = (typeof limitNames)[number];
