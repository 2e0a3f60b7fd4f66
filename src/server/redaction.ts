/**
 * Field names that never show their value in the log, should an object with one ever get there: the fields that the proto
 * marks `debug_redact` (a test holds the two equal), and what carries credentials.
 */
export const secretFields = [
  "ticketSecret",
  "exchangeTicket",
  "codeVerifier",
  "qrContent",
  "data",
  "idToken",
  "accessToken",
] as const;

/** For pino's `redact`, where an object has no objects in it. */
export const flatRedaction: readonly string[] = [...secretFields, "authorization"];

/** For pino's `redact`. */
export const redaction = flatRedaction.flatMap((name) => [name, `*.${name}`]);
