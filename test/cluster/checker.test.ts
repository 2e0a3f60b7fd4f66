import { describe, expect, test } from "vitest";
import { hasChecker, withoutChecker } from "./checker.js";
import type { Entry } from "./history.js";
import {
  brokenRules,
  createCall,
  endedWatch,
  injectedFault,
  loginOf,
  okCall,
  readStatus,
  rejectedCall,
  scanCall,
  verdictOf,
} from "./history_builders.js";
import { acceptedHistories, bob, linearizable, rejectedHistories } from "./history_cases.js";

describe.skipIf(!hasChecker)(`the checker${withoutChecker}`, () => {
  test.each(acceptedHistories)("the checker accepts %s", async (_title, entries) => {
    const verdict = await verdictOf(entries);
    expect(verdict.violations).toEqual([]);
  });

  test.each(rejectedHistories)("the checker rejects %s", async (_title, entries, rules) => {
    expect(await brokenRules(entries)).toEqual(rules);
  });

  test("the checker keeps tickets apart and counts its input", async () => {
    const other = loginOf(4).map((one) => ({ ...one, ticket: "another-ticket" }));
    const unanswered: Entry = {
      op: "CreateTicket",
      caller: "app",
      start: 9e9,
      end: 10e9,
      code: "UNAVAILABLE",
    };
    const verdict = await verdictOf([...loginOf(4), ...other, unanswered]);
    expect(verdict).toMatchObject({ operations: 9, tickets: 2, unknown: 1, unborn: 1, violationCount: 0 });
  });

  test("a violation has the history of its ticket", async () => {
    const { violations } = await verdictOf([...loginOf(4), okCall("ExchangeUserInfo", 5, 6)]);
    expect(violations[0]?.history.map(({ op }) => op)).toEqual([
      "CreateTicket",
      "MarkScanned",
      "Authorize",
      "ExchangeUserInfo",
      "ExchangeUserInfo",
    ]);
  });

  test("the checker rejects an unreadable history", async () => {
    const unreadable: Entry = {
      op: "GetStatus",
      caller: "app",
      start: 2e9,
      end: 1e9,
      code: "OK",
      ticket: "a",
    };
    await expect(verdictOf([unreadable])).rejects.toThrow("line 1: GetStatus ends before it starts");
  });
});

describe.skipIf(!hasChecker)(`the checker at the level best effort${withoutChecker}`, () => {
  const failover = injectedFault(3.6, 3.8, "lost");

  test("best effort counts the writes that a fault has undone, and the consequences", async () => {
    const again = [okCall("ExchangeUserInfo", 3.5, 3.55), failover, okCall("ExchangeUserInfo", 4, 4.5)];
    const verdict = await verdictOf([...loginOf(3), ...again], "best-effort");
    expect(verdict).toMatchObject({ violationCount: 0, losses: { tickets: 1, writes: 0, loginsTwice: 1 } });

    const back = [...loginOf(3), failover, readStatus("PENDING", 4, 5), okCall("MarkScanned", 6, 7, bob)];
    const undone = await verdictOf(back, "best-effort");
    expect(undone).toMatchObject({ violationCount: 0, losses: { tickets: 1, writes: 2 } });
  });

  test("best effort counts every write of a ticket that is gone", async () => {
    const gone = [...loginOf(3), failover, rejectedCall("GetStatus", 4, 5, "TICKET_NOT_FOUND")];
    expect(await verdictOf(gone, "best-effort")).toMatchObject({
      ...{ violationCount: 0, gone: 1 },
      losses: { tickets: 1, writes: 3 },
    });
  });

  test("best effort allows a split store during a failover", async () => {
    const split = [
      readStatus("AUTHORIZED", 4, 5),
      readStatus("PENDING", 4.2, 5.2),
      readStatus("AUTHORIZED", 5.5, 6),
      readStatus("PENDING", 7, 8),
    ];
    const verdict = await verdictOf(
      [...loginOf(3), injectedFault(3.6, 6.5, "lost"), ...split],
      "best-effort",
    );
    expect(verdict).toMatchObject({ violationCount: 0, losses: { tickets: 1 } });
  });

  test("best effort has no rule for a watcher whose ticket was changed back", async () => {
    const changed = [
      ...loginOf(4),
      injectedFault(92, 93, "lost"),
      readStatus("AUTHORIZED", 100, 101, { final: true }),
    ];
    const verdict = await verdictOf([...changed, endedWatch("EXCHANGED", 4)], "best-effort");
    expect(verdict).toMatchObject({ violationCount: 0, losses: { tickets: 1, writes: 1 } });
    const stuck = endedWatch("AUTHORIZED", 3, { code: "STUCK" });
    expect(await brokenRules([...changed, stuck], "best-effort")).toEqual([]);
  });

  test("best effort requires that a watcher ends with a stored end, whatever was lost before", async () => {
    const again = okCall("ExchangeUserInfo", 5, 6, { user: "alice" });
    const stored = [
      ...loginOf(4),
      injectedFault(4.6, 4.8, "lost"),
      again,
      readStatus("EXCHANGED", 100, 101, { final: true }),
    ];
    const stuck = endedWatch("AUTHORIZED", 3, { code: "STUCK" });
    expect(await brokenRules([...stored, stuck], "best-effort")).toEqual([
      "watchers end on the stored state",
    ]);
  });

  test("best effort rejects a loss without a fault", async () => {
    expect(await brokenRules([...loginOf(3), readStatus("SCANNED", 4, 5)], "best-effort")).toEqual(
      linearizable,
    );
  });

  test("best effort rejects a loss before or after the fault that could explain it", async () => {
    const early = [createCall, scanCall, readStatus("PENDING", 3, 3.5), failover];
    expect(await brokenRules(early, "best-effort")).toEqual(linearizable);
    const late = [...loginOf(3), failover, readStatus("AUTHORIZED", 4, 5), readStatus("SCANNED", 6, 7)];
    expect(await brokenRules(late, "best-effort")).toEqual(linearizable);
  });

  test("best effort rejects a state that the ticket never had", async () => {
    const invented = [createCall, scanCall, failover, readStatus("CANCELLED", 4, 5)];
    expect(await brokenRules(invented, "best-effort")).toEqual(linearizable);
  });

  test("best effort applies all rules to a history without faults", async () => {
    const twice = [...loginOf(4), okCall("ExchangeUserInfo", 5, 6)];
    expect(await brokenRules(twice, "best-effort")).toEqual(["linearizable", "one login"]);
  });
});
