import * as z from "zod";
import { fieldLimits } from "../../domain/field_limits.js";
import { isObject } from "../http/validation.js";

/**
 * Custom data as a body has them, which is JSON already. Their size is all that is looked at; how much this
 * service takes it says itself.
 */
export const customData = z
  .custom<Record<string, unknown>>(isObject, "must be an object")
  .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= fieldLimits.customDataBytes, {
    error: `must have at most ${fieldLimits.customDataBytes} bytes as JSON`,
    when: ({ issues }) => issues.length === 0,
  });
