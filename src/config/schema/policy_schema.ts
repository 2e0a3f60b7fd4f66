import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { duration, integer } from "./values.js";

const { min, max } = fieldLimits.checkCode;

/**
 * Policy of all apps, of the apps of a user pool, or of one app. Nothing has a default here, since an absent value
 * comes from the level above; see `resolve_policy.ts`.
 */
export const policySchema = z
  .strictObject({
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
  })
  .prefault({});
