import * as z from "zod";
import { address } from "./values.js";

/** Sections `metrics` and `gateway.metrics`: the endpoint for Prometheus. */
export const metricsSchema = z
  .strictObject({
    enabled: z.boolean().default(true).describe("Collects [metrics](metrics.md) and serves them."),
    address: address.optional().meta({
      description:
        "Where `GET /metrics` is served, without authentication and TLS: keep it on a private network. Where it is " +
        "not set, a port in use is only a warning.",
      preset: "`127.0.0.1:9464`, of the gateway `127.0.0.1:9465`",
    }),
  })
  .transform((given) => ({ ...given, address: given.address }))
  .prefault({});
