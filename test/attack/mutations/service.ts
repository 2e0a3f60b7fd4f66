import { change, type Mutation } from "./mutation.js";

const isScanner = "return scanner.issuer === approver.issuer && scanner.subject === approver.subject;";
/** Takes the signature of user tokens on trust. */
export const verifySignature = [
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
];
