import type { Entry } from "./history.js";
import {
  approve,
  created,
  exchange,
  fault,
  loginOf,
  no,
  ok,
  scan,
  seen,
  unknown,
  watched,
} from "./written_history.js";

export const bob = { caller: "bob" };
const final = { final: true };
const withdrawn = { state: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" };
export const linearizable = ["linearizable"];

/** A history made by hand. */
export type Case = readonly [title: string, entries: readonly Entry[]];

/** What a right service may answer. */
export const fitting: Case[] = [
  [
    "a ticket that is lost whole after a watcher has seen its end",
    [
      ...loginOf(4),
      watched("EXCHANGED", 4),
      fault(92, 93, "empty"),
      no("GetStatus", 100, 101, "TICKET_NOT_FOUND", final),
    ],
  ],
  ["a whole login", loginOf(4)],
  [
    "a cancel by the scanner, twice",
    [
      created,
      scan,
      ok("Cancel", 3, 3.5, { state: "CANCELLED", revision: 3 }),
      ok("Cancel", 4, 4.5, { state: "CANCELLED", revision: 3 }),
      no("ExchangeUserInfo", 5, 6, "TICKET_CANCELLED", { state: "CANCELLED" }),
    ],
  ],
  [
    "a withdrawal before the scan",
    [
      created,
      ok("Withdraw", 2, 2.5, { state: "CANCELLED", revision: 2 }),
      no("MarkScanned", 3, 4, "TICKET_CANCELLED"),
    ],
  ],
  [
    "a second approver who is told that somebody else was first",
    [
      created,
      scan,
      { ...no("MarkScanned", 2, 2.5, "SCANNED_BY_ANOTHER_USER", bob), code: "PERMISSION_DENIED" },
    ],
  ],
  [
    "what was done before and is done again",
    [...loginOf(3), ok("Authorize", 4, 5, { state: "AUTHORIZED", revision: 3 })],
  ],
  ["an unanswered write that took effect", [created, unknown("MarkScanned", 2), seen("SCANNED", 3, 4)]],
  ["an unanswered write that never took effect", [created, unknown("MarkScanned", 2), seen("PENDING", 3, 4)]],
  [
    "an unanswered write that took effect late",
    [created, unknown("MarkScanned", 2), seen("PENDING", 3, 4), seen("SCANNED", 5, 6)],
  ],
  [
    "an exchange of unknown outcome that was made",
    [
      ...loginOf(3),
      { ...unknown("ExchangeUserInfo", 4), code: "UNAVAILABLE", reason: "OUTCOME_UNKNOWN", end: 5e9 },
      no("ExchangeUserInfo", 6, 7, "TICKET_ALREADY_EXCHANGED"),
    ],
  ],
  [
    "an exchange that is repeated after STORE_UNAVAILABLE",
    [
      ...loginOf(3),
      { ...unknown("ExchangeUserInfo", 4), code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE", end: 5e9 },
      ok("ExchangeUserInfo", 6, 7),
    ],
  ],
  [
    "a ticket that has expired in time",
    [
      ok("CreateTicket", 1, 1.5, { ttl: 2e9 }),
      no("MarkScanned", 5, 6, "TICKET_EXPIRED", { state: "EXPIRED" }),
    ],
  ],
  [
    "a ticket that an empty store has lost whole",
    [...loginOf(3), fault(3.6, 3.8, "empty"), no("ExchangeUserInfo", 4, 5, "TICKET_NOT_FOUND")],
  ],
  [
    "a watcher that ends on what is stored",
    [
      ...loginOf(4),
      ok("Watch", 1, 5, { state: "EXCHANGED", revision: 4 }),
      watched("EXCHANGED", 4),
      seen("EXCHANGED", 100, 101, final),
    ],
  ],
  [
    "a watcher that is told that the ticket is gone",
    [
      created,
      fault(2, 3, "empty"),
      watched("PENDING", 1, { code: "NOT_FOUND", reason: "TICKET_NOT_FOUND" }),
      no("GetStatus", 100, 101, "TICKET_NOT_FOUND", final),
    ],
  ],
];

/** What it must not, and the rules that this breaks. */
export const broken: [...Case, string[]][] = [
  [
    "an approved ticket that expires by the time it had before the approval",
    [ok("CreateTicket", 1, 1.5, { ttl: 4e9 }), scan, approve, no("ExchangeUserInfo", 7, 8, "TICKET_EXPIRED")],
    linearizable,
  ],
  [
    "a watcher that is told another reason than the stored one",
    [
      created,
      ok("Withdraw", 2, 3),
      watched("CANCELLED", 2),
      seen("CANCELLED", 100, 101, { ...final, ...withdrawn, revision: 2 }),
    ],
    ["watchers end on the stored state"],
  ],
  [
    "a ticket that a fault has lost whole where no ticket may be lost",
    [created, fault(2, 3, "lost"), no("GetStatus", 4, 5, "TICKET_NOT_FOUND")],
    linearizable,
  ],
  [
    "a ticket that is gone before the fault that could explain it",
    [created, no("GetStatus", 2, 3, "TICKET_NOT_FOUND"), fault(4, 5, "empty")],
    linearizable,
  ],
  [
    "a watcher that is told of an expiry where a login is stored",
    [...loginOf(4), watched("EXPIRED", 4), seen("EXCHANGED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  ["two logins", [...loginOf(4), ok("ExchangeUserInfo", 5, 6)], ["linearizable", "one login"]],
  [
    "two logins at the same time",
    [...loginOf(4), ok("ExchangeUserInfo", 4, 4.5)],
    ["linearizable", "one login"],
  ],
  [
    "a login after a withdrawal",
    [...loginOf(3), ok("Withdraw", 3.6, 3.9, withdrawn), exchange],
    ["linearizable", "no login after a refusal"],
  ],
  [
    "a login and a cancel at the same time",
    [created, scan, approve, ok("Cancel", 3, 5), exchange],
    ["linearizable", "no login after a refusal"],
  ],
  [
    "a login after CANCELLED was read",
    [...loginOf(3), seen("CANCELLED", 3.6, 3.7), exchange],
    ["linearizable", "no login after a refusal"],
  ],
  [
    "a login after somebody was told TICKET_EXPIRED",
    [...loginOf(3), no("Withdraw", 3.6, 3.7, "TICKET_EXPIRED"), exchange],
    ["linearizable", "no login after a refusal"],
  ],
  [
    "a login of somebody who has not agreed",
    [...loginOf(3), ok("ExchangeUserInfo", 4, 5, { user: "bob" })],
    linearizable,
  ],
  ["an approval by another than the scanner", [created, scan, ok("Authorize", 3, 4, bob)], linearizable],
  ["two scanners", [created, scan, ok("MarkScanned", 2, 2.5, bob)], linearizable],
  ["an approval before the scan", [created, approve], linearizable],
  ["an exchange before the approval", [created, scan, exchange], linearizable],
  ["a status that goes back", [created, scan, seen("PENDING", 3, 4)], linearizable],
  ["a status that is ahead", [created, seen("SCANNED", 1.6, 1.8), scan], linearizable],
  ["a revision that was not counted", [created, ok("MarkScanned", 2, 3, { revision: 3 })], linearizable],
  [
    "a wrong reason for a cancellation",
    [created, ok("Withdraw", 2, 3), seen("CANCELLED", 4, 5, { cancelReason: "CANCELLED_BY_APPROVER" })],
    linearizable,
  ],
  [
    "a refusal that names a state that is not",
    [created, no("ExchangeUserInfo", 2, 3, "TICKET_NOT_AUTHORIZED", { state: "SCANNED" })],
    linearizable,
  ],
  [
    "an unanswered write that took effect and was undone",
    [created, unknown("MarkScanned", 2), seen("SCANNED", 3, 4), seen("PENDING", 5, 6)],
    linearizable,
  ],
  [
    "an exchange that was made though STORE_UNAVAILABLE let the caller try again",
    [
      ...loginOf(3),
      { ...unknown("ExchangeUserInfo", 4), code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE", end: 5e9 },
      no("ExchangeUserInfo", 6, 7, "TICKET_ALREADY_EXCHANGED"),
    ],
    linearizable,
  ],
  [
    "a ticket that has expired before its time",
    [ok("CreateTicket", 1, 1.5, { ttl: 60e9 }), no("MarkScanned", 5, 6, "TICKET_EXPIRED")],
    linearizable,
  ],
  [
    "a ticket that lives again after it has expired",
    [
      ok("CreateTicket", 1, 1.5, { ttl: 2e9 }),
      no("MarkScanned", 5, 6, "TICKET_EXPIRED"),
      ok("MarkScanned", 7, 8),
    ],
    linearizable,
  ],
  [
    "a ticket that is gone without a fault",
    [created, no("GetStatus", 2, 3, "TICKET_NOT_FOUND")],
    linearizable,
  ],
  [
    "a ticket that comes back",
    [created, fault(2, 3, "empty"), no("GetStatus", 4, 5, "TICKET_NOT_FOUND"), seen("PENDING", 6, 7)],
    linearizable,
  ],
  ["losses of single writes", [...loginOf(3), fault(3.6, 3.8, "lost"), seen("SCANNED", 4, 5)], linearizable],
  [
    "an internal error",
    [created, { ...no("MarkScanned", 2, 3, "INTERNAL"), code: "INTERNAL" }],
    ["known answers only"],
  ],
  [
    "a watcher that is not told the end",
    [...loginOf(4), watched("AUTHORIZED", 3, { code: "STUCK" }), seen("EXCHANGED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  [
    "a watcher that ends on another state than the stored one",
    [...loginOf(4), watched("CANCELLED", 4, withdrawn), seen("EXCHANGED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  [
    "a stream that brings what never was",
    [...loginOf(4), ok("Watch", 1, 5, { state: "EXPIRED", revision: 2 })],
    linearizable,
  ],
  [
    "a watcher that is ended in a state that lives",
    [...loginOf(3), watched("AUTHORIZED", 3), seen("AUTHORIZED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  [
    "a watcher that is told there is no ticket when there is one",
    [
      ...loginOf(4),
      watched("SCANNED", 2, { code: "NOT_FOUND", reason: "TICKET_NOT_FOUND" }),
      seen("EXCHANGED", 100, 101, final),
    ],
    ["watchers end on the stored state"],
  ],
];
