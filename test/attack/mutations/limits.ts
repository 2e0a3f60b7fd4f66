import { change, type Mutation } from "./mutation.js";

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
