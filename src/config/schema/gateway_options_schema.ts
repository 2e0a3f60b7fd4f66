import * as z from "zod";
import {
  connectionLimits,
  countLimits,
  durationLimits,
  gatewaySettings,
  proxySettings,
} from "./gateway_schema.js";
import { distinct, grpcTarget, handleKey, origin } from "./gateway_values.js";
import { integer, milliseconds, nonEmptyText, serverTlsSettings } from "./values.js";

type AnyFunction = (...given: never[]) => unknown;

const functionOption = z.custom<AnyFunction>((value) => typeof value === "function", {
  error: ({ input }) => (input === undefined ? "is missing" : "must be a function"),
});

/** Options of the gRPC clients. */
const serviceOptions = z.strictObject({
  address: grpcTarget,
  tls: z
    .union(
      [
        z.boolean(),
        z.strictObject({
          rootCertificates: z.unknown().optional(),
          certChain: z.unknown().optional(),
          privateKey: z.unknown().optional(),
        }),
        functionOption,
      ],
      {
        error:
          "must be true, false, an object with rootCertificates, certChain and privateKey, or a function",
      },
    )
    .optional(),
  maxStreamsPerConnection: integer(1, 1_000_000).optional(),
  channelOptions: z.looseObject({}).optional(),
  deadlineMs: z
    .custom<number>((value) => typeof value === "number" && value > 0, {
      error: "must be a number of milliseconds above zero, or Infinity",
    })
    .optional(),
});

const observerOption = z.custom((value) => typeof value === "object" && value !== null, {
  error: "must be an object",
});

const limits = z.strictObject({
  ...countLimits,
  ticketTtlMs: milliseconds(...durationLimits.ticketTtl).optional(),
});

/** Options of the gateway in every server. */
const everywhere = {
  service: serviceOptions,
  ...gatewaySettings,
  handleKeys: distinct(z.array(handleKey).min(1, { error: "must not be empty" })),
  handleTtlMs: milliseconds(...durationLimits.handleTtl).optional(),
  heartbeatIntervalMs: milliseconds(...durationLimits.heartbeatInterval).optional(),
  limits: limits.optional(),
  observer: observerOption.optional(),
};

const logMethods = ["child", "debug", "error", "info", "trace", "warn"];

const logOption = z.custom(
  (value) =>
    typeof value === "object" &&
    value !== null &&
    logMethods.every((name) => typeof (value as Record<string, unknown>)[name] === "function"),
  { error: "must be a pino logger" },
);

const prefixFormat = "must be a path such as /auth: with a slash at its beginning and none at its end";

const prefixOption = z
  .string({ error: prefixFormat })
  .regex(/^(?:\/[A-Za-z0-9._~-]+)*$/, { error: prefixFormat });

const ofHandlers = { prefix: prefixOption.optional(), log: logOption.optional() };

const publicOrigin = origin.refine((value) => !value.endsWith(":*"), { error: "must name the port" });

/** Options of the gateway, by the server that it runs in. */
export const gatewayOptionsSchemas = {
  plugin: z.strictObject({
    ...everywhere,
    onSignIn: functionOption.optional(),
    // Options of fastify's own `register`.
    prefix: z.unknown().optional(),
    logLevel: z.unknown().optional(),
    logSerializers: z.unknown().optional(),
  }),
  node: z.strictObject({
    ...everywhere,
    ...ofHandlers,
    ...proxySettings,
    onSignIn: functionOption.optional(),
  }),
  fetch: z.strictObject({
    ...everywhere,
    ...ofHandlers,
    onSignIn: functionOption.optional(),
    clientAddress: functionOption,
    publicOrigin: publicOrigin.optional(),
  }),
  server: z.strictObject({
    ...everywhere,
    ...proxySettings,
    onSignIn: functionOption.optional(),
    limits: limits.extend(connectionLimits).optional(),
    host: nonEmptyText,
    port: integer(0, 65_535),
    tls: z
      .strictObject({ cert: nonEmptyText, key: nonEmptyText, minVersion: serverTlsSettings.minVersion })
      .optional(),
    log: logOption,
    tracer: z.unknown().optional(),
    shutdownDelayMs: milliseconds(...durationLimits.shutdownDelay).optional(),
    shutdownDrainTimeMs: milliseconds(...durationLimits.shutdownGracePeriod).optional(),
    shutdownGracePeriodMs: milliseconds(...durationLimits.shutdownGracePeriod),
    extend: functionOption.optional(),
  }),
};
