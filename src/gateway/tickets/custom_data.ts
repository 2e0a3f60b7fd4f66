import * as z from "zod";
import { isObject } from "../http/validation.js";

/**
 * Largest custom data that any service can accept, in bytes as JSON. The service behind the gateway may
 * accept less.
 */
export const maxCustomDataBytes = 1_024;

/** Schema of custom data. They are parsed JSON already, so only the type and the size are checked. */
export const customData = z
  .custom<Record<string, unknown>>(isObject, "must be an object")
  .refine((data) => Buffer.byteLength(JSON.stringify(data)) <= maxCustomDataBytes, {
    error: `must have at most ${maxCustomDataBytes} bytes as JSON`,
    when: ({ issues }) => issues.length === 0,
  });
