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
const rotation = "domain/qr_rotation.ts";
const limits = "service/limits/ticket_limits.ts";

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
    "this.unsubscribe = await subscribe(context, this.ticketId, (traceparent) => this.onChange(traceparent));",
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
      'inFlight.stop(new TicketError("SERVER_DRAINING"),',
      'inFlight.stop(new TicketError("WATCH_SUPERSEDED"),',
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
  mutant(
    "a late approval leaves no time for the check code",
    "After a late approval, a minute is left for the check code, and then five for the exchange",
    [decide, "Math.max(ticket.expiresAt, now + lifetimes.checkCode)", "ticket.expiresAt"],
  ),
  mutant(
    "a check code does not extend the lifetime for the exchange",
    "After a late approval, a minute is left for the check code, and then five for the exchange",
    [
      decide,
      'if (to === "AUTHORIZED") return { expiresAt: now + lifetimes.authorized };',
      'if (to === "AUTHORIZED") return {};',
    ],
  ),
  mutant(
    "a spent check code is shown again",
    "After a late approval, a minute is left for the check code, and then five for the exchange",
    [
      responses,
      'checkCode: awaitsCheckCode ? (ticket.checkCode?.digits ?? "") : ""',
      'checkCode: ticket.checkCode?.digits ?? ""',
    ],
  ),
  mutant(
    "all check codes are the same",
    "A repeated Authorize gives the same check code, and another ticket has another one",
    ["domain/secrets.ts", 'String(randomInt(10 ** digits)).padStart(digits, "0")', '"7".repeat(digits)'],
  ),
  mutant(
    "a scanned code need not match its ticket",
    "A code with another scene or user pool than its ticket is QR_CONTENT_INVALID",
    [tickets, "if (matches) return;", "if (matches || scanned) return;"],
  ),
  mutant("a made-up step is accepted", "A code with a made-up step is QR_CONTENT_INVALID", [
    rotation,
    'if (!isSameDigest(proof, qrStepOf(id, qrRotation, number).proof)) return "forged";',
    "",
  ]),
  mutant(
    "a step is accepted for a code that does not change",
    "A code with a made-up step is QR_CONTENT_INVALID",
    [rotation, 'return step ? "forged" : "current"', 'return "current"'],
  ),
  mutant("a replaced code is rejected at once", "A code that was replaced a moment ago is still accepted", [
    rotation,
    "now < end + qrRotation.overlap",
    "now < end",
  ]),
  mutant("a ticket outlives its last code", "A ticket whose code changes expires with its last code", [
    tickets,
    "qrRotation ? rotationEndOf(qrRotation) : Number.POSITIVE_INFINITY",
    "Number.POSITIVE_INFINITY",
  ]),
  mutant(
    "the code changes for a creator that does not draw its steps",
    "The code of a creator that does not draw its steps does not change",
    [tickets, "qrRotation = parameters.drawsQrCodeSteps", "qrRotation = parameters.scene"],
  ),
  mutant(
    "user pools have no limit",
    "A user pool with too many tickets in a minute gets RATE_LIMITED with the name of the limit",
    [limits, "ticketsOfUserPool.require(app.userPool, limits);", ""],
  ),
  mutant("networks have no limit", "All addresses of one IPv6 subscriber are limited together", [
    limits,
    "if (network) ticketsOfNetwork.require(network, limits);",
    "",
  ]),
  mutant(
    "addresses of a subscriber are limited one by one",
    "All addresses of one IPv6 subscriber are limited together",
    [limits, "addressKeyOf(ipAddress)}`;\n      const networkKey", "ipAddress}`;\n      const networkKey"],
  ),
  mutant(
    "a page can use up the tickets of another address",
    "An address that a page has claimed is not limited",
    [limits, 'return ipAddressSource === "CLAIMED_BY_PAGE" ? "" : ipAddress;', "return ipAddress;"],
  ),
  mutant(
    "scans of a user have no limit",
    "A user who has scanned too many codes in a minute gets RATE_LIMITED with the name of the limit",
    [limits, "scans.require(key, limits);", ""],
  ),
  mutant(
    "an app may ask for any number of unknown tickets",
    "An app that asks for too many unknown tickets gets RATE_LIMITED, and its other calls pass",
    [limits, "missesOfApp.require(appId, limits);", ""],
  ),
  mutant(
    "wrong check codes of an app have no limit",
    "An app with too many wrong check codes gets RATE_LIMITED with the name of the limit, and right ones do not count",
    [limits, "codesOfApp.require(appId, limits);", ""],
  ),
  mutant(
    "right check codes count as wrong ones",
    "An app with too many wrong check codes gets RATE_LIMITED with the name of the limit, and right ones do not count",
    ["service/limits/limited_tickets.ts", "takeBack();\n          return authorized;", "return authorized;"],
  ),
  mutant("a repeated Cancel counts twice", "A repeated Cancel counts as one declined code", [
    limits,
    "if (declined.peek(ticketId)) return;",
    "",
  ]),
  mutant("a poll after a change is limited", "The first poll after a change is not limited", [
    limits,
    "countPoll({ id, revision }) {",
    "countPoll({ id }) {\n const revision = 0;",
  ]),
  mutant("a refresh token signs in", "A refresh token is USER_UNAUTHENTICATED", [
    "auth/tokens/jwt_verifier.ts",
    "requireSignInToken(header, claims);",
    "",
  ]),
  mutant(
    "the phone shows the name of another app",
    "Carol of the staff signs in to the app of her pool, whose name her phone shows",
    [
      "compose/identities.ts",
      "findApp: (id) => current.appsById.get(id)",
      "findApp: () => [...current.appsById.values()][0]",
    ],
  ),
  mutant(
    "unverified contacts are said to be verified",
    "Carol of the staff signs in to the app of her pool, whose name her phone shows",
    [responses, "user: { ...profile,", "user: { ...profile, emailVerified: true,"],
  ),
  mutant(
    "the profile has another user pool",
    "Carol of the staff signs in to the app of her pool, whose name her phone shows",
    [responses, "userPoolId,\n    approval: {", 'userPoolId: "customers",\n    approval: {'],
  ),
  mutant("an ended ticket has time left", "Alice signs in, and the watch shows each state and ends", [
    responses,
    "isTerminal(ticket.state) ? durationOf(0) : remainingDurationOf(ticket, clock)",
    "remainingDurationOf(ticket, clock)",
  ]),
  mutant("the approval has no issuer", "Alice signs in, and the watch shows each state and ends", [
    responses,
    "issuer: scanner.issuer",
    'issuer: ""',
  ]),
  mutant("the approval has no time", "Alice signs in, and the watch shows each state and ends", [
    responses,
    "approveTime: new Date(clock.wallTimeOf(approval.approvedAt))",
    "approveTime: undefined",
  ]),
  mutant(
    "the approval does not say how the user signed in to the app",
    "Alice signs in, and the watch shows each state and ends",
    [responses, "authenticationContext: signIn.acr", 'authenticationContext: ""'],
  ),
  mutant("the status has no moment of expiry", "Alice signs in, and the watch shows each state and ends", [
    responses,
    "revision: ticket.revision,\n    expireTime: new Date(clock.wallTimeOf(ticket.expiresAt)),",
    "revision: ticket.revision,\n    expireTime: undefined,",
  ]),
  mutant(
    "a requester may reorder the text on the phone",
    "A text about the requester loses the characters that make it look like another one",
    ["server/messages/requester.ts", 'return text.replace(deceptiveCharacters, "");', "return text;"],
  ),
  mutant(
    "an app may say that the gateway saw the name of a device",
    "Only an address can be observed by the gateway",
    [
      "server/messages/requester.ts",
      'if (source === "OBSERVED_BY_GATEWAY" && !canBeObserved) {',
      'if (source === "OBSERVED_BY_GATEWAY" && fields === undefined) {',
    ],
  ),
  mutant(
    "a text of the requester may have any length",
    "Fields that are too long are INVALID_REQUEST with their paths",
    ["domain/field_limits.ts", "requesterText: 256", "requesterText: 1e6"],
  ),
  mutant(
    "a request may have any number of capabilities",
    "Fields that are too long are INVALID_REQUEST with their paths",
    ["domain/field_limits.ts", "capabilities: 16", "capabilities: 1e6"],
  ),
  mutant(
    "an exchange ticket may have any length",
    "Fields that are too long are INVALID_REQUEST with their paths",
    ["domain/field_limits.ts", "exchangeTicket: 256", "exchangeTicket: 1e6"],
  ),
  {
    name: "a stranger's watch ends the one of the creator",
    scenario: "Promise 6: watches of an app that did not create the ticket end none (raw)",
    // Counts a watch before the access check.
    changes: [
      change(
        watch,
        'this.releaseSlot = watchLimit.add(this.ticketId, () => this.end(new TicketError("WATCH_SUPERSEDED")));\n',
        "\n",
      ),
      change(
        watch,
        "const ticket = await load(context, this.ticketId, checkAccess);",
        `this.releaseSlot = watchLimit.add(this.ticketId, () => this.end(new TicketError("WATCH_SUPERSEDED")));
        const ticket = await load(context, this.ticketId, checkAccess);`,
      ),
    ],
  },
];
