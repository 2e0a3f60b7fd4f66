import type { ErrorReason } from "../../src/domain/ticket_error.js";

/** An error detail beside the reason. RetryInfo is not listed here: the service's table of codes has it. */
export type Detail = "current_state" | "attempts_left" | "BadRequest" | "QuotaFailure";

/** Advice to a caller that gets an error. */
export interface Advice {
  /** Next step of the caller. */
  readonly action: string;
  /** True if only a new ticket and a new scan help. */
  readonly needsNewCode?: true;
  /** Details that the error has, always or in some cases. A test compares `current_state` with the transition table. */
  readonly details?: readonly Detail[];
}

const stateError = { details: ["current_state"] } as const;

/** Advice by reason. The compiler reports a missing reason. */
export const adviceByReason: Readonly<Record<ErrorReason, Advice>> = {
  APP_UNAUTHENTICATED: {
    action:
      "Correct the app id or the secret. The operator may have replaced the secret. Methods of an app take no user token.",
  },
  USER_UNAUTHENTICATED: {
    action:
      "Get a new access token for the audience of the service. If that does not help, let the user sign in to the mobile app again.",
  },
  USER_TOKEN_EXPIRED: { action: "Refresh the token, then make the same call." },
  INVALID_REQUEST: {
    action: "Correct the request. The details name the fields that are at fault.",
    details: ["BadRequest"],
  },
  QR_CONTENT_INVALID: {
    action: "Tell the user that this is not a sign-in code, and let them scan the one on the screen.",
  },
  TICKET_NOT_FOUND: {
    action:
      "Create a new ticket. If it happens to every ticket, check that id and secret belong together, and to this app.",
    needsNewCode: true,
  },
  USER_POOL_MISMATCH: { action: "Tell the user that this account cannot sign in to that website." },
  SCANNED_BY_ANOTHER_USER: {
    action: "Tell the user that somebody else has scanned this code, and to get a new one from the website.",
    needsNewCode: true,
  },
  PROOF_INVALID: {
    action:
      "Send the verifier of this ticket's challenge, from the same browser session; none if the ticket has no challenge.",
  },
  TICKET_NOT_SCANNED: { action: "Call MarkScanned with the scanned text first.", ...stateError },
  TICKET_NOT_AUTHORIZED: { action: "Wait for the state AUTHORIZED.", ...stateError },
  TICKET_ALREADY_AUTHORIZED: {
    action: "Tell the user that the sign-in is approved. Only the website can end the session.",
    ...stateError,
  },
  TICKET_ALREADY_EXCHANGED: {
    action:
      "Nothing, if this sign-in is complete. If the response of the exchange was lost, let the user scan again.",
    needsNewCode: true,
    ...stateError,
  },
  TICKET_CANCELLED: {
    action: "Create a new ticket if the user still wants to sign in.",
    needsNewCode: true,
    ...stateError,
  },
  TICKET_EXPIRED: {
    action: "Create a new ticket if the user still wants to sign in.",
    needsNewCode: true,
    ...stateError,
  },
  CHECK_CODE_NOT_EXPECTED: {
    action: "Read the status. Ask for a check code in AWAITING_CHECK_CODE only.",
    ...stateError,
  },
  CHECK_CODE_MISMATCH: {
    action:
      "Let the user type the number again, while attempts are left. After the last one, create a new ticket.",
    details: ["current_state", "attempts_left"],
  },
  TOO_MANY_TICKETS: {
    action: "Tell the user that many people are signing in, and create the ticket after the delay.",
  },
  TOO_MANY_WATCHES: {
    action:
      "Watch again after the delay, as the ready-made clients do. Cancel watches whose page has been closed.",
  },
  RATE_LIMITED: {
    action: "Make fewer calls. The subject of the QuotaFailure names the [limit](limits.md).",
    details: ["QuotaFailure"],
  },
  CONCURRENT_UPDATE: { action: "Make the same call." },
  WATCH_SUPERSEDED: { action: "End this watch. Another one of the same ticket is being served." },
  STORE_UNAVAILABLE: { action: "Make the same call. That is safe for an exchange too." },
  SERVER_DRAINING: {
    action:
      "Make the same call; the gRPC library connects to another server. If an exchange was running, read the status first: EXCHANGED means that it was made.",
  },
  ISSUER_UNAVAILABLE: { action: "Keep the user waiting, and make the same call." },
  OUTCOME_UNKNOWN: { action: "Create a new ticket, and let the user scan again.", needsNewCode: true },
  INTERNAL: { action: "Report it to the operator of the service, with the time." },
  PHONE_TOO_OLD: {
    action: "Ask the user to update the mobile app. A new app states its capabilities in MarkScanned.",
  },
  QR_ROTATED: { action: "Let the user scan the code that the screen shows now.", ...stateError },
  SIGN_IN_DISABLED: {
    action: "Tell the user that this way to sign in is switched off for now, and offer another one.",
  },
  ADMIN_UNAUTHENTICATED: {
    action: "Correct the administrator's id or secret. No other credential is accepted here.",
  },
  POLICY_NOT_SUPPORTED: {
    action: "Update the website's backend, or let it state its capabilities in CreateTicket.",
  },
};
