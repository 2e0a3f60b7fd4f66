import type { Change } from "../attack/mutated_build.js";
import { change } from "../attack/mutations/mutation.js";

/** A change to the service that takes one defence or promise out, and a scenario that must notice. */
export interface Mutant {
  readonly name: string;
  readonly changes: readonly Change[];
  readonly scenario: string;
}

const mutant = (
  name: string,
  scenario: string,
  [file, original, replacement]: readonly [string, string, string],
): Mutant => ({ name, scenario, changes: [change(file, original, replacement)] });

const watch = "service/watch.ts";
const errors = "server/messages/errors.ts";
const decide = "domain/decide.ts";
const transitions = "domain/transitions.ts";
const tickets = "service/tickets.ts";
const responses = "server/messages/responses.ts";

/** The mutants of the service. */
export const mutants: readonly Mutant[] = [
  mutant("a watch has no heartbeats", "Promise 4: the same status is sent again every 15 seconds (raw)", [
    watch,
    "Math.min(this.heartbeatAt, this.readAgainAt, this.nextStepMoment());",
    "Math.min(this.readAgainAt, this.nextStepMoment());",
  ]),
  mutant(
    "the first status comes late",
    "Promise 1: the first message comes at once and is the current status (raw)",
    [watch, "this.deliver(ticket);\n    } catch", "this.last = ticket;\n      this.resume();\n    } catch"],
  ),
  mutant(
    "a watch invents EXPIRED while the store is away",
    "Promise 4: while the store is away, the last status is repeated and nothing expires (raw)",
    [
      watch,
      "if (isDue && this.last) this.deliver(this.last);",
      'if (isDue && this.last) this.deliver({ ...this.last, state: "EXPIRED" });',
    ],
  ),
  mutant("a watch does not see changes", "Promise 2: every status is complete", [
    watch,
    "this.unsubscribe = await subscribe(context, this.ticketId, () => this.onChange());",
    "this.unsubscribe = await subscribe(context, this.ticketId, () => {});",
  ]),
  mutant(
    "a stream does not end after a terminal state",
    "Promise 5: after a terminal state the stream ends with OK (raw)",
    ["server/calls/call_handler.ts", "call.end();\n            resolve();", "resolve();"],
  ),
  mutant(
    "a fifth watch leaves the oldest alone",
    "Promise 6: a fifth watch ends the oldest with WATCH_SUPERSEDED (raw)",
    ["service/watch_limit.ts", "oldest?.();", ""],
  ),
  mutant(
    "a stop has another reason",
    "Promise 6: a server that stops ends the watch with SERVER_DRAINING and RetryInfo (raw)",
    [
      "server/grpc_server.ts",
      'inFlight.stop(new TicketError("SERVER_DRAINING"));',
      'inFlight.stop(new TicketError("WATCH_SUPERSEDED"));',
    ],
  ),
  mutant("several exchanges succeed", "Of 50 exchanges at once, one succeeds", [
    "service/apply_command.ts",
    "context.store.replace(next, ticket.writeId)",
    "context.store.get(id).then((now) => context.store.replace(next, now?.writeId ?? ticket.writeId))",
  ]),
  mutant(
    "a wrong code verifier is accepted",
    "A sign-in with PKCE needs the right verifier, and a wrong one spends nothing",
    [
      decide,
      'return codeVerifier !== "" && verifyCodeChallenge(codeVerifier, codeChallenge);',
      'return codeVerifier !== "";',
    ],
  ),
  mutant(
    "a code verifier may be missing",
    "A sign-in with PKCE needs the right verifier, and a wrong one spends nothing",
    [
      decide,
      'return codeVerifier !== "" && verifyCodeChallenge(codeVerifier, codeChallenge);',
      'return codeVerifier === "" || verifyCodeChallenge(codeVerifier, codeChallenge);',
    ],
  ),
  mutant(
    "a verifier without a challenge is ignored",
    "AUTHORIZED: ExchangeUserInfo with a verifier that no challenge asks for",
    [
      decide,
      'if (codeChallenge === undefined) return codeVerifier === "";',
      "if (codeChallenge === undefined) return true;",
    ],
  ),
  mutant("an error has no reason", "PENDING: Authorize by the scanner", [
    errors,
    "const details = [packAny(ErrorInfo, errorInfoOf(error))];",
    "const details: ReturnType<typeof packAny>[] = [];",
  ]),
  mutant("an error has another domain", "PENDING: Authorize by the scanner", [
    errors,
    'export const errorDomain = "qrlogin.v1";',
    'export const errorDomain = "example.com";',
  ]),
  mutant("an error has no state", "EXCHANGED: ExchangeUserInfo by the creator", [
    errors,
    "...(error.currentState && { current_state: error.currentState }),",
    "",
  ]),
  mutant("an error has no number of attempts", "AWAITING_CHECK_CODE: SubmitCheckCode with a wrong code", [
    errors,
    "...(error.attemptsLeft !== undefined && { attempts_left: String(error.attemptsLeft) }),",
    "",
  ]),
  mutant("an error has no RetryInfo", "CreateTicket is not repeated while the store is away", [
    errors,
    "if (retryAfter !== undefined) {",
    "if (retryAfter === null) {",
  ]),
  mutant("an error has no field paths", "A scene that is not a name is INVALID_REQUEST", [
    errors,
    "if (error.fieldViolations.length > 0) {",
    "if (error.fieldViolations.length > 1_000) {",
  ]),
  mutant(
    "an error does not name its limit",
    "A screen with too many tickets gets RATE_LIMITED with the name of the limit",
    [errors, "if (error.exceededLimit !== undefined) {", "if (error.exceededLimit === null) {"],
  ),
  mutant(
    "gRPC is not told to wait",
    "An idempotent call is repeated while the store is away, no sooner than RetryInfo",
    [errors, "return code === status.UNAVAILABLE ? retryAfter : undefined;", "return undefined;"],
  ),
  mutant("gRPC is not told to give up", "A fault of the service is INTERNAL and is not repeated", [
    errors,
    "if (forbidsRetry) return -1;",
    "",
  ]),
  mutant(
    "an unknown outcome is said to be none",
    "An exchange of unknown outcome is OUTCOME_UNKNOWN, without RetryInfo, and is not repeated",
    [
      "service/apply_command.ts",
      'isOutcomeUnknown ? "OUTCOME_UNKNOWN" : "STORE_UNAVAILABLE"',
      '"STORE_UNAVAILABLE"',
    ],
  ),
  mutant("another app reads the ticket", "PENDING: GetStatus by another app", [
    tickets,
    "ticket.appId === app.id && verifyTicketSecret(credentials.ticketSecret, ticket)",
    "verifyTicketSecret(credentials.ticketSecret, ticket)",
  ]),
  mutant("a wrong ticket secret is accepted", "PENDING: Withdraw with a wrong secret", [
    tickets,
    "ticket.appId === app.id && verifyTicketSecret(credentials.ticketSecret, ticket)",
    "ticket.appId === app.id",
  ]),
  mutant("another app exchanges the ticket", "AUTHORIZED: ExchangeUserInfo by another app", [
    tickets,
    "ticket.appId === app.id && verifyExchangeTicket(exchangeTicket, ticket)",
    "verifyExchangeTicket(exchangeTicket, ticket)",
  ]),
  mutant("the message of an error has the ticket secret", "PENDING: GetStatus by another app", [
    tickets,
    'if (!isCreator) throw new TicketError("TICKET_NOT_FOUND");',
    'if (!isCreator) throw new TicketError("TICKET_NOT_FOUND", credentials.ticketSecret);',
  ]),
  mutant("the log has the ticket secret", "PENDING: GetStatus by another app", [
    tickets,
    'if (!isCreator) throw new TicketError("TICKET_NOT_FOUND");',
    'if (!isCreator) throw new TicketError("TICKET_NOT_FOUND", undefined, { cause: credentials.ticketSecret });',
  ]),
  mutant("the scanner is not bound", "SCANNED: Authorize by another user", [
    decide,
    'if (ticket.scanner && !isScanner(ticket.scanner, command.approver)) return "SCANNED_BY_ANOTHER_USER";',
    "",
  ]),
  mutant("users of other pools may scan", "PENDING: MarkScanned by a user of another pool", [
    decide,
    'if (command.approver.userPoolId !== ticket.userPoolId) return "USER_POOL_MISMATCH";',
    "",
  ]),
  mutant(
    "a phone need not know check codes",
    "A phone that knows no check codes gets PHONE_TOO_OLD, and the ticket stays PENDING",
    [decide, 'return "PHONE_TOO_OLD";', "return undefined;"],
  ),
  mutant(
    "a fourth check code is allowed",
    "The third wrong check code cancels the ticket, and the watch says why",
    [decide, "export const maxCheckCodeAttempts = 3;", "export const maxCheckCodeAttempts = 4;"],
  ),
  mutant(
    "a policy with check codes asks for none",
    "With a check code, alice signs in after one wrong code",
    [
      transitions,
      'authorizeWithCheckCode: to("AWAITING_CHECK_CODE"),',
      'authorizeWithCheckCode: to("AUTHORIZED"),',
    ],
  ),
  mutant("a spent ticket can be withdrawn", "EXCHANGED: Withdraw by the creator", [
    transitions,
    'withdraw: reject("TICKET_ALREADY_EXCHANGED"),',
    'withdraw: to("CANCELLED", "WITHDRAWN_BY_CREATOR"),',
  ]),
  mutant("an approved sign-in can be declined", "AUTHORIZED: Cancel by the scanner", [
    transitions,
    'cancel: reject("TICKET_ALREADY_AUTHORIZED"),',
    'cancel: to("CANCELLED", "CANCELLED_BY_APPROVER"),',
  ]),
  mutant("an old code is accepted", "The code changes, and a picture of an old one is QR_ROTATED", [
    transitions,
    'rotatedScan: reject("QR_ROTATED"),',
    'rotatedScan: to("SCANNED"),',
  ]),
  mutant(
    "the exchange ticket is shown before the approval",
    "Alice signs in, and the watch shows each state and ends",
    [
      responses,
      'ticket.state === "AUTHORIZED" ? exchangeTicketOf',
      "!isTerminal(ticket.state) ? exchangeTicketOf",
    ],
  ),
  mutant("the status leaves out who has scanned", "Alice signs in, and the watch shows each state and ends", [
    responses,
    "scannedBy: ticket.scannedBy && {",
    "scannedBy: undefined && {",
  ]),
  mutant(
    "the switch of the administrators does nothing",
    "Sign-ins that an administrator has disabled are SIGN_IN_DISABLED at every step of a sign-in",
    ["service/sign_in_administration.ts", 'if (isDisabled) throw new TicketError("SIGN_IN_DISABLED");', ""],
  ),
  mutant("an app needs no secret", "A wrong app secret is APP_UNAUTHENTICATED", [
    "auth/basic_authenticator.ts",
    "if (!isRight && !isRightDecoded)",
    "if (isRight === null)",
  ]),
  mutant("a user token need not expire", "A user token without an expiry is USER_UNAUTHENTICATED", [
    "auth/tokens/jwt_verifier.ts",
    'requiredClaims: ["exp", "sub", "iss", "aud"],',
    'requiredClaims: ["sub", "iss", "aud"],',
  ]),
];
