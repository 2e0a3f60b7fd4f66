import * as z from "zod";
import { isObject } from "../../base/is_object.js";
import { fieldLimits } from "../../domain/field_limits.js";

/**
 * Schema of custom data in a request body: an object within the largest size that a service can be configured
 * to accept. The service itself enforces its configured limit.
 */
export const customData = z
  .custom<Record<string, unknown>>(isObject, "must be an object")
  .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= fieldLimits.customDataBytes, {
    error: `must have at most ${fieldLimits.customDataBytes} bytes as JSON`,
    when: ({ issues }) => issues.length === 0,
  })
  .meta({ type: "object" });
