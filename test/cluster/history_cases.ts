import type { Entry } from "./history.js";
import {
  approveCall,
  createCall,
  endedWatch,
  exchangeCall,
  injectedFault,
  loginOf,
  okCall,
  readStatus,
  rejectedCall,
  scanCall,
  unansweredCall,
} from "./history_builders.js";

export const bob = { caller: "bob" };
const final = { final: true };
const withdrawn = { state: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" };
export const linearizable = ["linearizable"];

/** A history made by hand. */
export type HistoryCase = readonly [title: string, entries: readonly Entry[]];

/** Histories that are right. */
export const acceptedHistories: HistoryCase[] = [
  [
    "a ticket that is lost whole after a watcher has seen its end",
    [
      ...loginOf(4),
      endedWatch("EXCHANGED", 4),
      injectedFault(92, 93, "empty"),
      rejectedCall("GetStatus", 100, 101, "TICKET_NOT_FOUND", final),
    ],
  ],
  ["a whole login", loginOf(4)],
  [
    "a cancel by the scanner, twice",
    [
      createCall,
      scanCall,
      okCall("Cancel", 3, 3.5, { state: "CANCELLED", revision: 3 }),
      okCall("Cancel", 4, 4.5, { state: "CANCELLED", revision: 3 }),
      rejectedCall("ExchangeUserInfo", 5, 6, "TICKET_CANCELLED", { state: "CANCELLED" }),
    ],
  ],
  [
    "a withdrawal before the scan",
    [
      createCall,
      okCall("Withdraw", 2, 2.5, { state: "CANCELLED", revision: 2 }),
      rejectedCall("MarkScanned", 3, 4, "TICKET_CANCELLED"),
    ],
  ],
  [
    "a second approver who gets SCANNED_BY_ANOTHER_USER",
    [
      createCall,
      scanCall,
      { ...rejectedCall("MarkScanned", 2, 2.5, "SCANNED_BY_ANOTHER_USER", bob), code: "PERMISSION_DENIED" },
    ],
  ],
  [
    "a repeated command that was applied before",
    [...loginOf(3), okCall("Authorize", 4, 5, { state: "AUTHORIZED", revision: 3 })],
  ],
  [
    "an unanswered write that took effect",
    [createCall, unansweredCall("MarkScanned", 2), readStatus("SCANNED", 3, 4)],
  ],
  [
    "an unanswered write that never took effect",
    [createCall, unansweredCall("MarkScanned", 2), readStatus("PENDING", 3, 4)],
  ],
  [
    "an unanswered write that took effect late",
    [createCall, unansweredCall("MarkScanned", 2), readStatus("PENDING", 3, 4), readStatus("SCANNED", 5, 6)],
  ],
  [
    "an exchange of unknown outcome that was made",
    [
      ...loginOf(3),
      { ...unansweredCall("ExchangeUserInfo", 4), code: "UNAVAILABLE", reason: "OUTCOME_UNKNOWN", end: 5e9 },
      rejectedCall("ExchangeUserInfo", 6, 7, "TICKET_ALREADY_EXCHANGED"),
    ],
  ],
  [
    "an exchange that is repeated after STORE_UNAVAILABLE",
    [
      ...loginOf(3),
      {
        ...unansweredCall("ExchangeUserInfo", 4),
        code: "UNAVAILABLE",
        reason: "STORE_UNAVAILABLE",
        end: 5e9,
      },
      okCall("ExchangeUserInfo", 6, 7),
    ],
  ],
  [
    "a ticket that has expired in time",
    [
      okCall("CreateTicket", 1, 1.5, { ttl: 2e9 }),
      rejectedCall("MarkScanned", 5, 6, "TICKET_EXPIRED", { state: "EXPIRED" }),
    ],
  ],
  [
    "a ticket that an empty store has lost whole",
    [
      ...loginOf(3),
      injectedFault(3.6, 3.8, "empty"),
      rejectedCall("ExchangeUserInfo", 4, 5, "TICKET_NOT_FOUND"),
    ],
  ],
  [
    "a watcher that ends with the stored state",
    [
      ...loginOf(4),
      okCall("Watch", 1, 5, { state: "EXCHANGED", revision: 4 }),
      endedWatch("EXCHANGED", 4),
      readStatus("EXCHANGED", 100, 101, final),
    ],
  ],
  [
    "a watcher that ends with a ticket that is gone",
    [
      createCall,
      injectedFault(2, 3, "empty"),
      endedWatch("PENDING", 1, { code: "NOT_FOUND", reason: "TICKET_NOT_FOUND" }),
      rejectedCall("GetStatus", 100, 101, "TICKET_NOT_FOUND", final),
    ],
  ],
];

/** Histories that are wrong, and the rules that they break. */
export const rejectedHistories: [...HistoryCase, string[]][] = [
  [
    "an approved ticket that expires by the time it had before the approval",
    [
      okCall("CreateTicket", 1, 1.5, { ttl: 4e9 }),
      scanCall,
      approveCall,
      rejectedCall("ExchangeUserInfo", 7, 8, "TICKET_EXPIRED"),
    ],
    linearizable,
  ],
  [
    "a watcher that ends with another cancel reason than the stored one",
    [
      createCall,
      okCall("Withdraw", 2, 3),
      endedWatch("CANCELLED", 2),
      readStatus("CANCELLED", 100, 101, { ...final, ...withdrawn, revision: 2 }),
    ],
    ["watchers end on the stored state"],
  ],
  [
    "a ticket that is lost whole in a fault that may lose writes only",
    [createCall, injectedFault(2, 3, "lost"), rejectedCall("GetStatus", 4, 5, "TICKET_NOT_FOUND")],
    linearizable,
  ],
  [
    "a ticket that is gone before the fault that could explain it",
    [createCall, rejectedCall("GetStatus", 2, 3, "TICKET_NOT_FOUND"), injectedFault(4, 5, "empty")],
    linearizable,
  ],
  [
    "a watcher that ends with EXPIRED while a login is stored",
    [...loginOf(4), endedWatch("EXPIRED", 4), readStatus("EXCHANGED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  ["two logins", [...loginOf(4), okCall("ExchangeUserInfo", 5, 6)], ["linearizable", "one login"]],
  [
    "two logins at the same time",
    [...loginOf(4), okCall("ExchangeUserInfo", 4, 4.5)],
    ["linearizable", "one login"],
  ],
  [
    "a login after a withdrawal",
    [...loginOf(3), okCall("Withdraw", 3.6, 3.9, withdrawn), exchangeCall],
    ["linearizable", "no login after the end"],
  ],
  [
    "a login and a cancel at the same time",
    [createCall, scanCall, approveCall, okCall("Cancel", 3, 5), exchangeCall],
    ["linearizable", "no login after the end"],
  ],
  [
    "a login after CANCELLED was read",
    [...loginOf(3), readStatus("CANCELLED", 3.6, 3.7), exchangeCall],
    ["linearizable", "no login after the end"],
  ],
  [
    "a login after TICKET_EXPIRED",
    [...loginOf(3), rejectedCall("Withdraw", 3.6, 3.7, "TICKET_EXPIRED"), exchangeCall],
    ["linearizable", "no login after the end"],
  ],
  [
    "a login of a user who has not approved",
    [...loginOf(3), okCall("ExchangeUserInfo", 4, 5, { user: "bob" })],
    linearizable,
  ],
  [
    "an approval by a user who is not the scanner",
    [createCall, scanCall, okCall("Authorize", 3, 4, bob)],
    linearizable,
  ],
  ["two scanners", [createCall, scanCall, okCall("MarkScanned", 2, 2.5, bob)], linearizable],
  ["an approval before the scan", [createCall, approveCall], linearizable],
  ["an exchange before the approval", [createCall, scanCall, exchangeCall], linearizable],
  ["a status that goes back", [createCall, scanCall, readStatus("PENDING", 3, 4)], linearizable],
  ["a status that is ahead", [createCall, readStatus("SCANNED", 1.6, 1.8), scanCall], linearizable],
  [
    "a revision that was not counted",
    [createCall, okCall("MarkScanned", 2, 3, { revision: 3 })],
    linearizable,
  ],
  [
    "a wrong reason for a cancellation",
    [
      createCall,
      okCall("Withdraw", 2, 3),
      readStatus("CANCELLED", 4, 5, { cancelReason: "CANCELLED_BY_APPROVER" }),
    ],
    linearizable,
  ],
  [
    "an error that names a wrong state",
    [createCall, rejectedCall("ExchangeUserInfo", 2, 3, "TICKET_NOT_AUTHORIZED", { state: "SCANNED" })],
    linearizable,
  ],
  [
    "an unanswered write that took effect and was undone",
    [createCall, unansweredCall("MarkScanned", 2), readStatus("SCANNED", 3, 4), readStatus("PENDING", 5, 6)],
    linearizable,
  ],
  [
    "an exchange that took effect in spite of STORE_UNAVAILABLE",
    [
      ...loginOf(3),
      {
        ...unansweredCall("ExchangeUserInfo", 4),
        code: "UNAVAILABLE",
        reason: "STORE_UNAVAILABLE",
        end: 5e9,
      },
      rejectedCall("ExchangeUserInfo", 6, 7, "TICKET_ALREADY_EXCHANGED"),
    ],
    linearizable,
  ],
  [
    "a ticket that has expired before its time",
    [okCall("CreateTicket", 1, 1.5, { ttl: 60e9 }), rejectedCall("MarkScanned", 5, 6, "TICKET_EXPIRED")],
    linearizable,
  ],
  [
    "a ticket that lives again after it has expired",
    [
      okCall("CreateTicket", 1, 1.5, { ttl: 2e9 }),
      rejectedCall("MarkScanned", 5, 6, "TICKET_EXPIRED"),
      okCall("MarkScanned", 7, 8),
    ],
    linearizable,
  ],
  [
    "a ticket that is gone without a fault",
    [createCall, rejectedCall("GetStatus", 2, 3, "TICKET_NOT_FOUND")],
    linearizable,
  ],
  [
    "a ticket that comes back",
    [
      createCall,
      injectedFault(2, 3, "empty"),
      rejectedCall("GetStatus", 4, 5, "TICKET_NOT_FOUND"),
      readStatus("PENDING", 6, 7),
    ],
    linearizable,
  ],
  [
    "losses of single writes",
    [...loginOf(3), injectedFault(3.6, 3.8, "lost"), readStatus("SCANNED", 4, 5)],
    linearizable,
  ],
  [
    "an internal error",
    [createCall, { ...rejectedCall("MarkScanned", 2, 3, "INTERNAL"), code: "INTERNAL" }],
    ["known results only"],
  ],
  [
    "a watcher that does not get the end",
    [...loginOf(4), endedWatch("AUTHORIZED", 3, { code: "STUCK" }), readStatus("EXCHANGED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  [
    "a watcher that ends with another state than the stored one",
    [...loginOf(4), endedWatch("CANCELLED", 4, withdrawn), readStatus("EXCHANGED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  [
    "a stream with a state that never existed",
    [...loginOf(4), okCall("Watch", 1, 5, { state: "EXPIRED", revision: 2 })],
    linearizable,
  ],
  [
    "a watcher that ends in a live state",
    [...loginOf(3), endedWatch("AUTHORIZED", 3), readStatus("AUTHORIZED", 100, 101, final)],
    ["watchers end on the stored state"],
  ],
  [
    "a watcher that ends with TICKET_NOT_FOUND while the ticket exists",
    [
      ...loginOf(4),
      endedWatch("SCANNED", 2, { code: "NOT_FOUND", reason: "TICKET_NOT_FOUND" }),
      readStatus("EXCHANGED", 100, 101, final),
    ],
    ["watchers end on the stored state"],
  ],
];
