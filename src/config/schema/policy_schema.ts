import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { duration, integer } from "./values.js";

const { min, max } = fieldLimits.checkCode;

const limit = integer(1, 10_000_000).optional();
/** Limit on tickets that are remembered one by one. */
const ticketLimit = integer(1, 10_000).optional();

/** Limits that an app may have of its own. */
const appLimits = {
  ticketsPerApp: limit,
  ticketsPerAddress: limit,
  ticketsPerNetwork: limit,
  ticketsPerScreen: ticketLimit,
  missesPerApp: limit,
  wrongCheckCodesPerAddress: limit,
  wrongCheckCodesPerApp: limit,
};

/** Limits of approvers and of the whole user pool, which are the same for all apps of a pool. */
const userPoolLimits = {
  ticketsPerUserPool: limit,
  scansPerApprover: limit,
  scansInProgress: ticketLimit,
  declinesPerApprover: limit,
  missesPerApprover: limit,
};

const sections = {
  checkCode: z
    .strictObject({ mode: z.enum(["off", "always"]).optional(), digits: integer(min, max).optional() })
    .prefault({}),
  qrRotation: z
    .strictObject({
      interval: duration("0s", "5m")
        .refine((ms) => ms === 0 || ms >= 5_000, { error: "must be 0s, or 5s to 5m" })
        .optional(),
      overlap: duration("1s", "30s").optional(),
      maxSteps: integer(2, 1_000).optional(),
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
