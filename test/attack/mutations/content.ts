import { change, type Mutation } from "./mutation.js";

import { verifySignature } from "./service.js";

/** Mutations of what the service makes, shows and accepts. */
export const contentMutations: readonly Mutation[] = [
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
