import { describe, expect, test } from "vitest";
import { compareBounds, compareFailure, compareMessage } from "../../conformance/player/expectations.js";
import { resolveReferences, secretsIn } from "../../conformance/player/values.js";

describe("messages", () => {
  test.each([
    ["further fields", { state: "A" }, { state: "A", revision: 1 }],
    ["an absent number that is expected to be zero", { digits: 0 }, {}],
    ["an absent text that is expected to be empty", { code: "" }, {}],
    ["an absent enum that is expected to be unspecified", { reason: "CANCEL_REASON_UNSPECIFIED" }, {}],
    ["a pattern", { id: { $matches: "^[a-z]+$" } }, { id: "abc" }],
    ["a duration between bounds", { left: { $seconds: [1, 2] } }, { left: "1.500s" }],
    ["an absent field that must be absent", { scannedBy: { $present: false } }, {}],
    [
      "a message that differs in its durations",
      { $sameAs: { a: 1, remainingDuration: "2s" } },
      { a: 1, remainingDuration: "1s" },
    ],
  ])("may differ: %s is accepted", (_, expected, actual) => {
    expect(compareMessage(expected, actual)).toEqual([]);
  });

  test.each([
    ["another value", { state: "A" }, { state: "B" }, 'state is "B", not "A"'],
    ["a missing field", { user: { id: "1" } }, {}, 'user.id is absent, not "1"'],
    ["a shorter list", { list: [1, 2] }, { list: [1] }, "list has 1 entries, not 2"],
    ["another entry", { list: [1, 2] }, { list: [1, 3] }, "list[1] is 3, not 2"],
    [
      "a text that does not match",
      { id: { $matches: "^[a-z]+$" } },
      { id: "7" },
      'id is "7", not /^[a-z]+$/',
    ],
    [
      "a duration out of bounds",
      { left: { $seconds: [1, 2] } },
      { left: "3s" },
      'left is "3s", not from 1 to 2 seconds',
    ],
    ["a field that must be absent", { code: { $present: false } }, { code: "1" }, 'code is "1", not absent'],
    ["a message with one field more", { $sameAs: { a: 1 } }, { a: 1, b: 2 }, "the message is"],
    ["the same value that must be another one", { id: { $not: "1" } }, { id: "1" }, "not something else"],
  ])("must not differ: %s is rejected", (_, expected, actual, difference) => {
    expect(compareMessage(expected, actual).join("\n")).toContain(difference);
  });

  test("an unknown matcher is a mistake of the scenario", () => {
    expect(() => compareMessage({ id: { $like: "a" } }, { id: "a" })).toThrow("unknown matcher $like");
  });
});

describe("errors", () => {
  const actual = {
    ...{ code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE", rawReason: "STORE_UNAVAILABLE", message: "away" },
    retryAfterMs: 1_000,
  };
  const expected = { code: "UNAVAILABLE", reason: "STORE_UNAVAILABLE", retryAfter: { atLeast: 500 } };

  test("equal ones have no difference", () => {
    expect(compareFailure(expected, actual)).toEqual([]);
  });

  test.each([
    ["a code", { code: "INTERNAL" }],
    ["a missing reason", { reason: undefined }],
    ["another reason as sent", { rawReason: "OTHER" }],
    ["a missing message", { message: undefined }],
    ["a state in excess", { currentState: "PENDING" }],
    ["attempts in excess", { attemptsLeft: 2 }],
    ["a limit in excess", { exceededLimit: "screen" }],
    ["fields in excess", { fieldViolations: [{ field: "ttl" }] }],
    ["a missing delay", { retryAfterMs: undefined }],
    ["a delay that is too short", { retryAfterMs: 499 }],
  ])("%s is a difference", (_, change) => {
    expect(compareFailure(expected, { ...actual, ...change })).toHaveLength(1);
  });

  test("a delay that is not expected is a difference", () => {
    const { retryAfter, ...rest } = expected;
    expect(retryAfter).toBeDefined();
    expect(compareFailure(rest, actual)).toEqual(["retryAfterMs is 1000, not absent"]);
  });
});

test("bounds of a time are inclusive", () => {
  expect(compareBounds("the time", { atLeast: 10, atMost: 20 }, 10)).toEqual([]);
  expect(compareBounds("the time", { atLeast: 10, atMost: 20 }, 20)).toEqual([]);
  expect(compareBounds("the time", { atLeast: 10 }, 9)).toHaveLength(1);
  expect(compareBounds("the time", { atMost: 20 }, 21)).toHaveLength(1);
});

test("references are replaced by values of any type, and an unknown one is a mistake", () => {
  const values = new Map<string, unknown>([["ticket", { ticketId: "A", revision: 2 }]]);
  expect(
    resolveReferences({ id: "$ticket.ticketId", list: ["$ticket.revision"], text: "$5 off" }, values),
  ).toEqual({
    ...{ id: "A", list: [2], text: "$5 off" },
  });
  expect(() => resolveReferences("$ticket.nothing", values)).toThrow("there is no value $ticket.nothing");
});

test("secrets are found at any depth", () => {
  expect(
    secretsIn({ ticketSecret: "a", status: { exchangeTicket: "b", state: "c" }, codeVerifier: "" }),
  ).toEqual(["a", "b"]);
});
