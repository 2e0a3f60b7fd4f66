import * as z from "zod";
import { address } from "./values.js";

/** Sections `metrics` and `gateway.metrics`: the endpoint for Prometheus. */
export const metricsSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Collects metrics and serves them."),
    address: address
      .optional()
      .describe(
        "Address of GET /metrics. It has no authentication and no TLS, so keep it on a private network.",
      ),
  })
  .transform((given) => ({ ...given, address: given.address }))
  .prefault({});
