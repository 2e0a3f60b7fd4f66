import { expect, it } from "vitest";
import { exchangeErrorOf } from "../../src/domain/transitions.js";

it.each([
  ["PENDING", "TICKET_NOT_AUTHORIZED"],
  ["SCANNED", "TICKET_NOT_AUTHORIZED"],
  ["AUTHORIZED", undefined],
  ["EXCHANGED", "TICKET_ALREADY_EXCHANGED"],
  ["CANCELLED", "TICKET_CANCELLED"],
  ["EXPIRED", "TICKET_EXPIRED"],
  ["A_LATER_STATE", undefined],
  ["toString", undefined],
])("an exchange in the state %s is rejected with %s", (state, reason) => {
  expect(exchangeErrorOf(state)).toBe(reason);
});
