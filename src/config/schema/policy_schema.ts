import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { duration, integer } from "./values.js";

const { min, max } = fieldLimits.checkCode;

const limit = integer(1, 10_000_000).optional();
/** Limit on tickets that are remembered one by one. */
const ticketLimit = integer(1, 10_000).optional();

/** Limits that an app may have of its own. */
const appLimits = {
  ticketsPerApp: limit.describe("Tickets of one app in a minute."),
  ticketsPerAddress: limit.describe(
    "Tickets of one app for one address (IPv6: one /64) in a minute. The gateway has " +
      "`gateway.limits.ticketsPerMinute` too.",
  ),
  ticketsPerNetwork: limit.describe("Tickets of one app for one IPv6 /48 in a minute."),
  ticketsPerScreen: ticketLimit.describe("Tickets of one screen (`screen_id`) that have not ended."),
  missesPerApp: limit.describe(
    "Calls of one app in a minute for a ticket that does not exist, or with a wrong secret. Further " +
      "ones fail with `RATE_LIMITED`.",
  ),
  wrongCheckCodesPerAddress: limit.describe(
    "Wrong check codes of one app from one address (IPv6: one /64) in ten minutes.",
  ),
  wrongCheckCodesPerApp: limit.describe("Wrong check codes of one app in ten minutes."),
};

/** Limits of approvers and of the whole user pool, which are the same for all apps of a pool. */
const userPoolLimits = {
  ticketsPerUserPool: limit.describe("Tickets of all apps of a user pool in a minute."),
  scansPerApprover: limit.describe("Codes that one user may scan in a minute."),
  scansInProgress: ticketLimit.describe("Codes that one user has scanned and not decided on."),
  declinesPerApprover: limit.describe(
    "Codes that one user may decline in ten minutes and still scan others.",
  ),
  missesPerApprover: limit.describe(
    "Calls of one user in a minute for a ticket that does not exist. Beyond it, all calls of the " +
      "user fail with `RATE_LIMITED`.",
  ),
};

const sections = {
  checkCode: z
    .strictObject({
      mode: z
        .enum(["off", "always"])
        .optional()
        .describe(
          "Whether the phone shows a [check code](check-code.md) after the approval, which the user types on the " +
            "website. `always`: backends and mobile apps that do not know check codes are rejected.",
        ),
      digits: integer(min, max).optional().describe("Digits of a check code."),
    })
    .prefault({}),
  qrRotation: z
    .strictObject({
      interval: duration("0s", "5m")
        .refine((ms) => ms === 0 || ms >= 5_000, { error: "must be 0s, or 5s to 5m" })
        .optional()
        .meta({
          description: "Interval at which the code on the screen [changes](changing-codes.md). 0s: never.",
          limits: "0s, or 5s to 5m",
        }),
      overlap: duration("1s", "30s").optional().describe("How long a replaced code is still accepted."),
      maxSteps: integer(2, 1_000)
        .optional()
        .describe("How many codes a ticket can have. It expires after the last one, whatever its lifetime."),
    })
    .prefault({}),
};

/**
 * Policy of all apps, or of the apps of a user pool. Nothing has a default here, since an absent value comes from the
 * level above; see `policy/resolve_policy.ts`.
 */
export const policySchema = z
  .strictObject({ ...sections, limits: z.strictObject({ ...userPoolLimits, ...appLimits }).prefault({}) })
  .prefault({});

/** Policy of one app. */
export const appPolicySchema = z
  .strictObject({ ...sections, limits: z.strictObject(appLimits).prefault({}) })
  .prefault({});
