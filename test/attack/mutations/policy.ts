import { change, type Mutation } from "./mutation.js";

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
