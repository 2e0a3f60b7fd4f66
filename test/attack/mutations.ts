import type { PolicyName } from "./attack_fixture.js";
import type { Change } from "./mutated_build.js";

/** A defence that is taken out, and the threat by whose name the kit must fail. */
export interface Mutation {
  readonly defence: string;
  readonly threat: string;
  /** Part of the title of the scenario that fails. */
  readonly title: string;
  readonly policy?: PolicyName;
  /** Makes reads of the store take time, as those over a network do. */
  readonly slowReads?: boolean;
  readonly changes: readonly Change[];
}

const change = (file: string, original: string, replacement: string): Change => ({
  file,
  original,
  replacement,
});

const isScanner = "return scanner.issuer === approver.issuer && scanner.subject === approver.subject;";
const verifySignature = [
  change(
    "auth/tokens/verify_jwt.ts",
    "const { payload, protectedHeader } = await jwtVerify(token, keys.getKey, options);",
    "const [protectedHeader, payload] = token.split('.').slice(0, 2).map((part) => JSON.parse(Buffer.from(part, 'base64url').toString()));",
  ),
];

/** Mutations of the service. */
export const serviceMutations: readonly Mutation[] = [
  {
    defence: "the phone is told the requester context",
    threat: "T1",
    title: "told who asks",
    changes: [
      change("server/messages/responses.ts", "requester: ticket.requester && {", "requester: undefined && {"),
    ],
  },
  {
    defence: "the ticket secret is compared",
    threat: "T2",
    title: "Observer",
    changes: [
      change(
        "domain/secrets.ts",
        "verifyExchangeTicket(exchangeTicketOf(ticket.id, ticketSecret), ticket)\n",
        "true\n",
      ),
    ],
  },
  {
    defence: "the exchange ticket is compared",
    threat: "T2",
    title: "Observer",
    changes: [
      change(
        "service/tickets.ts",
        "ticket.appId === app.id && verifyExchangeTicket(exchangeTicket, ticket)",
        "ticket.appId === app.id",
      ),
    ],
  },
  {
    defence: "the first scanner binds the ticket",
    threat: "T3",
    title: "Session swap",
    changes: [change("domain/decide.ts", isScanner, "return scanner !== undefined;")],
  },
  {
    defence: "only the scanner decides",
    threat: "T4",
    title: "Approval by another user",
    changes: [change("domain/decide.ts", isScanner, "return scanner !== undefined;")],
  },
  {
    defence: "issuer and signature of user tokens are checked",
    threat: "T5",
    title: "Chained approval",
    changes: [
      ...verifySignature,
      change(
        "auth/tokens/select_pool.ts",
        "return poolContexts.filter(\n    ({ pool }) => pool.issuer === iss && pool.audience.some((name) => audience.includes(name)),\n  );",
        "return poolContexts.slice(0, iss && audience ? 1 : 0);",
      ),
    ],
  },
  {
    defence: "the user pool of the code is compared",
    threat: "T6",
    title: "Confused tenant",
    changes: [
      change("service/tickets.ts", "(scanned.userPoolId ?? ticket.userPoolId) === ticket.userPoolId", "true"),
    ],
  },
  {
    defence: "the user pool of the approver is compared",
    threat: "T6",
    title: "Confused tenant",
    changes: [
      change(
        "domain/decide.ts",
        'if (command.approver.userPoolId !== ticket.userPoolId) return "USER_POOL_MISMATCH";',
        "",
      ),
    ],
  },
  {
    defence: "an approval cannot be cancelled",
    threat: "T7",
    title: "Replay of a decision",
    changes: [
      change(
        "domain/transitions.ts",
        'cancel: reject("TICKET_ALREADY_AUTHORIZED")',
        'cancel: to("CANCELLED", "CANCELLED_BY_APPROVER")',
      ),
    ],
  },
  {
    defence: "a cancelled ticket stays cancelled",
    threat: "T8",
    title: "Resurrection",
    changes: [
      change("domain/transitions.ts", 'authorize: reject("TICKET_CANCELLED")', 'authorize: to("AUTHORIZED")'),
    ],
  },
  {
    defence: "a write compares the write id",
    threat: "T9",
    title: "Double exchange",
    slowReads: true,
    changes: [
      change(
        "store/memory/memory_store.ts",
        "if (tickets.get(ticket.id)?.writeId !== expectedWriteId) return false;",
        "",
      ),
    ],
  },
  {
    defence: "a code is not exchanged twice",
    threat: "F2",
    title: "usable again",
    changes: [
      change(
        "domain/transitions.ts",
        'exchange: reject("TICKET_ALREADY_EXCHANGED")',
        'exchange: to("EXCHANGED")',
      ),
    ],
  },
  {
    defence: "only the creator's app exchanges",
    threat: "T10",
    title: "Exchange by another client",
    changes: [
      change(
        "service/tickets.ts",
        "ticket.appId === app.id && verifyExchangeTicket(exchangeTicket, ticket)",
        "verifyExchangeTicket(exchangeTicket, ticket)",
      ),
    ],
  },
  {
    defence: "the code verifier is compared",
    threat: "T10",
    title: "Exchange by another client",
    changes: [
      change(
        "domain/decide.ts",
        'return codeVerifier !== "" && verifyCodeChallenge(codeVerifier, codeChallenge);',
        "return verifyCodeChallenge(codeVerifier, codeChallenge) || true;",
      ),
    ],
  },
  {
    defence: "status calls need the creator's app",
    threat: "F1",
    title: "not bound to the session",
    changes: [
      change(
        "service/tickets.ts",
        "ticket.appId === app.id && verifyTicketSecret(credentials.ticketSecret, ticket)",
        "verifyTicketSecret(credentials.ticketSecret, ticket)",
      ),
    ],
  },
  {
    defence: "ids are random",
    threat: "F3",
    title: "Guessable ids",
    changes: [
      change(
        "domain/secrets.ts",
        "export const newTicketId = (): string => randomBase64url(16);",
        "let issued = 0;\nexport const newTicketId = (): string => Buffer.from(String(issued++).padStart(16, '0')).toString('base64url');",
      ),
    ],
  },
  {
    defence: "ids do not repeat",
    threat: "T12",
    title: "Guessing",
    changes: [
      change(
        "domain/secrets.ts",
        "export const newSecret = (): string => randomBase64url(32);",
        "export const newSecret = (): string => 'A'.repeat(43);",
      ),
    ],
  },
  {
    defence: "a wrong secret has the same answer as an unknown id",
    threat: "T12",
    title: "Guessing",
    changes: [
      change(
        "service/tickets.ts",
        'if (!isCreator) throw new TicketError("TICKET_NOT_FOUND");',
        'if (!isCreator) throw new TicketError("TICKET_NOT_FOUND", "the secret is wrong");',
      ),
    ],
  },
  {
    defence: "the signature of user tokens is verified",
    threat: "F5",
    title: "trusts a user field",
    changes: verifySignature,
  },
  {
    defence: "deceptive characters are removed",
    threat: "T18",
    title: "Forged requester context",
    changes: [change("server/messages/requester.ts", '.replace(deceptiveCharacters, "")', "")],
  },
  {
    defence: "only an address can be observed",
    threat: "T18",
    title: "Forged requester context",
    changes: [
      change("server/messages/requester.ts", "canBeObserved = false,", "canBeObserved = true,"),
      change("server/messages/requester.ts", 'name === "ip_address");', "true);"),
    ],
  },
  {
    defence: "the status has nickname and photo only",
    threat: "F6",
    title: "Personal data",
    changes: [
      change(
        "domain/decide.ts",
        "scannedBy: { nickname: profile.nickname,",
        "scannedBy: { nickname: profile.email,",
      ),
    ],
  },
  {
    defence: "the scanner's names are deleted at the end",
    threat: "T20",
    title: "Personal data to strangers",
    changes: [
      change(
        "domain/decide.ts",
        "    scannedBy: undefined,\n    approval: undefined,",
        "    approval: undefined,",
      ),
    ],
  },
  {
    defence: "a scanned text must be a code",
    threat: "T21",
    title: "texts that are no code",
    changes: [
      change(
        "qr/qr_content.ts",
        'if (!isObject(content)) throw contentError("the text is JSON but not an object");',
        'if (!isObject(content)) throw new Error("the text is JSON but not an object");',
      ),
    ],
  },
  {
    defence: "durations are sent beside times",
    threat: "T24",
    title: "Clock skew",
    changes: [
      change(
        "server/messages/responses.ts",
        "return durationOf(Math.max(0, ticket.expiresAt - clock.now()));",
        "return durationOf(Math.min(0, ticket.expiresAt, clock.now()));",
      ),
    ],
  },
  {
    defence: "texts of the requester are limited",
    threat: "T33",
    title: "Malformed traffic",
    changes: [change("domain/field_limits.ts", "requesterText: 256", "requesterText: 65_536")],
  },
];

const submittedCode = "if (ticket.checkCode && isSameDigest(command.checkCode, ticket.checkCode.digits))";

/** Mutations of the check code and of codes that change. */
export const policyMutations: readonly Mutation[] = [
  {
    defence: "the check code is compared",
    threat: "T1",
    title: "relay by picture, in a mail or chat",
    policy: "check-code",
    changes: [change("domain/decide.ts", submittedCode, "if (ticket.checkCode && isSameDigest('', ''))")],
  },
  {
    defence: "an approval waits for the check code",
    threat: "T1",
    title: "relay by picture, in a mail or chat",
    policy: "check-code",
    changes: [
      change(
        "domain/decide.ts",
        'return ticket.checkCodeDigits > 0 ? "authorizeWithCheckCode" : "authorize";',
        'return "authorize";',
      ),
    ],
  },
  {
    defence: "the third wrong code cancels",
    threat: "T14",
    title: "more than three tries",
    policy: "check-code",
    changes: [
      change("domain/decide.ts", "const maxCheckCodeAttempts = 3;", "const maxCheckCodeAttempts = 30;"),
    ],
  },
  {
    defence: "wrong codes are counted",
    threat: "T14",
    title: "many guesses at the same time",
    policy: "check-code",
    changes: [change("domain/decide.ts", "wrongAttempts: checkCode.wrongAttempts + 1", "wrongAttempts: 0")],
  },
  {
    defence: "a code belongs to one ticket",
    threat: "T14",
    title: "a number of another ticket",
    policy: "check-code",
    changes: [change("domain/decide.ts", submittedCode, "if (ticket.checkCode && command.checkCode !== '')")],
  },
  {
    defence: "the screen does not learn the code",
    threat: "T14",
    title: "more than three tries",
    policy: "check-code",
    changes: [
      change(
        "server/messages/responses.ts",
        'exchangeTicket: ticket.state === "AUTHORIZED" ? exchangeTicketOf(ticket.id, ticketSecret) : "",',
        "exchangeTicket: ticket.checkCode?.digits ?? exchangeTicketOf(ticket.id, ticketSecret),",
      ),
    ],
  },
  {
    defence: "an old mobile app is rejected",
    threat: "T31",
    title: "cannot handle a check code",
    policy: "check-code",
    changes: [change("domain/decide.ts", 'return "PHONE_TOO_OLD";', "return undefined;")],
  },
  {
    defence: "a page that cannot ask for the code is rejected",
    threat: "T31",
    title: "cannot handle a check code",
    policy: "check-code",
    changes: [
      change(
        "service/tickets.ts",
        'throw new TicketError("POLICY_NOT_SUPPORTED"',
        'new TicketError("POLICY_NOT_SUPPORTED"',
      ),
    ],
  },
  {
    defence: "a replaced code is rejected",
    threat: "T1",
    title: "stored and scanned later",
    policy: "rotation",
    changes: [
      change(
        "domain/qr_rotation.ts",
        'return end === undefined || now < end + qrRotation.overlap ? "current" : "rotated";',
        'return end === undefined || now > 0 ? "current" : "rotated";',
      ),
    ],
  },
  {
    defence: "the bare id is rejected",
    threat: "T31",
    title: "the bare id",
    policy: "rotation",
    changes: [
      change("domain/qr_rotation.ts", 'if (!step) return "rotated";', 'if (!step) return "current";'),
    ],
  },
  {
    defence: "the proof of a step is compared",
    threat: "T21",
    title: "a forged step",
    policy: "rotation",
    changes: [
      change(
        "domain/qr_rotation.ts",
        'if (!isSameDigest(proof, qrStepOf(id, qrRotation, number).proof)) return "forged";',
        'if (proof === "" || id === "") return "forged";',
      ),
    ],
  },
];

const ticketLimits = "service/limits/ticket_limits.ts";

/** Mutations of the limits. */
export const limitMutations: readonly Mutation[] = [
  {
    defence: "the poll interval is enforced",
    threat: "T17",
    title: "polls below the minimum interval",
    changes: [change(ticketLimits, "if (wait > 0) {", "if (wait > 1e9) {")],
  },
  {
    defence: "a ticket has few watches",
    threat: "T17",
    title: "many watches of one ticket",
    changes: [
      change(
        "service/watch_limit.ts",
        "watches.length >= maxPerTicket ?",
        "watches.length >= 99 * maxPerTicket ?",
      ),
    ],
  },
  {
    defence: "a screen has few tickets",
    threat: "T16",
    title: "one screen",
    changes: [
      change(ticketLimits, 'if (screenId === "") return work();', "if (screenId.length < 99) return work();"),
    ],
  },
  {
    defence: "an address has few tickets",
    threat: "T16",
    title: "one address",
    changes: [change(ticketLimits, "if (address) ticketsOfAddress.count(address, limits);", "")],
  },
  {
    defence: "a user has few scans in progress",
    threat: "T15",
    title: "does not decide on",
    changes: [
      change(ticketLimits, "return scansInProgress.add(key, limits, ticketId, work);", "return work();"),
    ],
  },
  {
    defence: "a user who declines often is left in peace",
    threat: "T15",
    title: "declines one code after the other",
    changes: [change(ticketLimits, "declines.require(key, limits);", "")],
  },
  {
    defence: "misses are counted",
    threat: "T12",
    title: "many unknown ids",
    changes: [change(ticketLimits, "missesOfApprover.require(key, limits);", "")],
  },
  {
    defence: "wrong check codes are counted in all tickets together",
    threat: "T14",
    title: "guesses in many tickets",
    policy: "check-code",
    changes: [change(ticketLimits, "if (address) codesOfAddress.require(address, limits);", "")],
  },
];

/** Mutations of the gateway. */
export const gatewayMutations: readonly Mutation[] = [
  {
    defence: "forwarded addresses are believed from trusted proxies only",
    threat: "T1",
    title: "observes the address",
    changes: [
      change(
        "gateway/forwarded_headers.ts",
        "for (const name of forwardedHeaders) delete headers[name];",
        "",
      ),
    ],
  },
  {
    defence: "pages of other sites are rejected",
    threat: "T26",
    title: "a page of another site",
    changes: [
      change(
        "gateway/access/origin_check.ts",
        "if (hidesOrigin || (isCrossOrigin(request) && !isListed())) throw originNotAllowed(request);",
        "isListed();",
      ),
      change(
        "gateway/access/origin_check.ts",
        'if (isCrossOrigin(request) && !app.allowsOrigin(request.headers.origin ?? ""))',
        "if (app.id === request.headers.origin)",
      ),
    ],
  },
  {
    defence: "a handle belongs to its browser",
    threat: "T26",
    title: "login CSRF",
    changes: [
      change(
        "gateway/access/browser_cookie.ts",
        "return browserDigests.some((browserDigest) => isSameDigest(browserDigest, boundTo));",
        "return boundTo !== '' || browserDigests.length > 0;",
      ),
    ],
  },
  {
    defence: "a handle belongs to its browser",
    threat: "F1",
    title: "not bound to the session",
    changes: [
      change(
        "gateway/access/browser_cookie.ts",
        "return browserDigests.some((browserDigest) => isSameDigest(browserDigest, boundTo));",
        "return boundTo !== '' || browserDigests.length > 0;",
      ),
    ],
  },
  {
    defence: "the gateway exchanges for apps only",
    threat: "T27",
    title: "confused deputy",
    changes: [
      change(
        "gateway/routes/api_routes.ts",
        "const credentials = readBasicCredentials(request.headers.authorization, apps);\n      const app = apps.find(credentials?.appId);",
        "const app = apps.resolve(undefined);\n      const credentials: AppCredentials | undefined = app.credentials;",
      ),
    ],
  },
  {
    defence: "responses are not stored",
    threat: "T11",
    title: "Leaks",
    changes: [
      change(
        "gateway/plugin.ts",
        'reply.header("cache-control", "no-store");',
        "reply.header('x-mutated', 'yes');",
      ),
    ],
  },
  {
    defence: "scripts cannot read the cookie",
    threat: "T11",
    title: "Leaks",
    changes: [change("gateway/access/browser_cookie.ts", "httpOnly: true,", "httpOnly: false,")],
  },
  {
    defence: "unknown fields are rejected",
    threat: "F4",
    title: "Ids that the client chooses",
    changes: [
      change(
        "gateway/routes/schemas.ts",
        "export const createTicketBody = z.strictObject({",
        "export const createTicketBody = z.object({",
      ),
    ],
  },
];
