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

/** For pino's `redact`: these names in an object, and one level deeper. */
export const redaction = [...secretFields, "authorization"].flatMap((name) => [name, `*.${name}`]);
