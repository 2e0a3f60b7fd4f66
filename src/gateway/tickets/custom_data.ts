import * as z from "zod";
import { isObject } from "../http/validation.js";

/** Largest custom data, in bytes as JSON, that any service takes. How much this one takes it says itself. */
export const maxCustomDataBytes = 1_024;

/** Custom data as a body has them, which is JSON already. Their size is all that is looked at. */
export const customData = z
  .custom<Record<string, unknown>>(isObject, "must be an object")
  .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= maxCustomDataBytes, {
    error: `must have at most ${maxCustomDataBytes} bytes as JSON`,
    when: ({ issues }) => issues.length === 0,
  });
