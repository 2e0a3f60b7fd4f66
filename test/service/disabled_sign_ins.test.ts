import { describe, expect, test, vi } from "vitest";
import type { SignInTarget } from "../../src/domain/disabled_sign_ins.js";
import type { Ticket } from "../../src/domain/ticket.js";
import type { ErrorReason } from "../../src/domain/ticket_error.js";
import { createSignInAdministration, createSignInCheck } from "../../src/service/sign_in_administration.js";
import { createMemorySignInSwitch } from "../../src/store/memory/sign_in_switch.js";
import { StoreUnavailableError } from "../../src/store/ticket_store.js";
import { createManualClock } from "../support/clock.js";
import { alice, shop } from "../support/tickets.js";
import { createParameters, createService } from "./service_fixture.js";

const recordOf = (target: SignInTarget) => ({ target, note: "", adminId: "ops", disabledAt: 1 });
const theApp = recordOf({ kind: "app", id: shop.id });
const thePool = recordOf({ kind: "userPool", id: shop.userPool });

async function expectReason(work: Promise<unknown>, reason: ErrorReason): Promise<void> {
  await expect(work).rejects.toMatchObject({ name: "TicketError", reason });
}

/** Creates a ticket for each call that the switch rejects, and returns these calls. */
async function setUp() {
  const service = createService();
  const { create, createIn, scan, authorize, tickets } = service;
  const [pending, scanned, authorized] = [
    await createIn("PENDING"),
    await createIn("SCANNED"),
    await createIn("AUTHORIZED"),
  ];
  const calls = {
    CreateTicket: () => create(),
    MarkScanned: () => scan(pending.id),
    Authorize: () => authorize(scanned.id),
    ExchangeUserInfo: () => tickets.exchange(shop, authorized.exchangeTicket, ""),
  };
  return { ...service, calls, pending, scanned, authorized };
}

describe("disabled sign-ins", () => {
  const rejected = ["CreateTicket", "MarkScanned", "Authorize", "ExchangeUserInfo"] as const;

  test.each(
    [theApp, thePool].flatMap((record) =>
      rejected.map((name) => [record.target.kind, name, record] as const),
    ),
  )("a disabled %s rejects %s and changes nothing, until it is enabled", async (_kind, name, record) => {
    const { signInSwitch, faults, memory, calls } = await setUp();
    const changes = () => memory.size + faults.writes;
    await signInSwitch.disable(record);
    const before = changes();
    await expectReason(calls[name](), "SIGN_IN_DISABLED");
    expect(changes()).toBe(before);
    await signInSwitch.enable(record.target);
    await calls[name]();
    expect(changes()).toBe(before + 1);
  });

  test("the switch of another app or user pool changes nothing", async () => {
    const { signInSwitch, calls } = await setUp();
    await signInSwitch.disable(recordOf({ kind: "app", id: "other-shop" }));
    await signInSwitch.disable(recordOf({ kind: "userPool", id: "staff" }));
    // An id may be that of an app and of a user pool.
    await signInSwitch.disable(recordOf({ kind: "app", id: shop.userPool }));
    await signInSwitch.disable(recordOf({ kind: "userPool", id: shop.id }));
    for (const call of Object.values(calls)) await call();
  });

  test("a disabled app can still read its tickets, and creator and approver can end them", async () => {
    const { signInSwitch, tickets, watch, pending, scanned, authorized } = await setUp();
    await signInSwitch.disable(theApp);
    expect((await tickets.get(shop, authorized.proof)).state).toBe("AUTHORIZED");
    const watched = watch(shop, pending.proof);
    expect((await watched.next()).value?.state).toBe("PENDING");
    watched.end(undefined);
    expect((await tickets.cancel(alice, scanned.id)).state).toBe("CANCELLED");
    expect((await tickets.withdraw(shop, pending.proof)).state).toBe("CANCELLED");
  });

  test("an approval is rejected if sign-ins are disabled while the profile is fetched", async () => {
    const { signInSwitch, tickets, scanned, stored } = await setUp();
    const fetchProfile = vi.fn(async () => {
      await signInSwitch.disable(theApp);
      return alice.profile;
    });
    await expectReason(tickets.authorize(alice, scanned.id, fetchProfile), "SIGN_IN_DISABLED");
    expect((await stored(scanned.id)).state).toBe("SCANNED");
    // The next attempt does not even fetch it.
    await expectReason(tickets.authorize(alice, scanned.id, fetchProfile), "SIGN_IN_DISABLED");
    expect(fetchProfile).toHaveBeenCalledTimes(1);
  });

  test("an exchange is rejected if sign-ins are disabled while its response is prepared", async () => {
    const { signInSwitch, tickets, authorized, stored } = await setUp();
    const prepare = async (ticket: Ticket) => {
      await signInSwitch.disable(thePool);
      return ticket;
    };
    await expectReason(tickets.exchange(shop, authorized.exchangeTicket, "", prepare), "SIGN_IN_DISABLED");
    expect((await stored(authorized.id)).state).toBe("AUTHORIZED");
  });

  test("a ticket that was prepared before sign-ins were disabled is not stored", async () => {
    const { signInSwitch, tickets, memory } = createService();
    const prepared = tickets.prepare(shop, createParameters);
    await signInSwitch.disable(theApp);
    await expectReason(tickets.create(prepared), "SIGN_IN_DISABLED");
    expect(memory.size).toBe(0);
  });

  test("a stranger learns nothing about the switch: the access to the ticket is checked first", async () => {
    const { signInSwitch, tickets, authorized } = await setUp();
    await signInSwitch.disable(theApp);
    const stranger = { id: "other-shop", userPool: shop.userPool };
    await expectReason(tickets.exchange(stranger, authorized.exchangeTicket, ""), "TICKET_NOT_FOUND");
  });
});

describe("the check of the switch", () => {
  test("the check fails with STORE_UNAVAILABLE, and the cause, while the switch cannot be read", () => {
    const cause = new StoreUnavailableError("not read for 5 seconds");
    const isDisabled = () => {
      throw cause;
    };
    const check = createSignInCheck({ ...createMemorySignInSwitch(), isDisabled });
    expect(() => check("shop", "customers")).toThrow(
      expect.objectContaining({ reason: "STORE_UNAVAILABLE", cause }),
    );
  });

  test("the administration reports an unreachable store as STORE_UNAVAILABLE, whatever the outcome", async () => {
    const fail = async () => {
      throw new StoreUnavailableError("cut off", "unknown");
    };
    const broken = { ...createMemorySignInSwitch(), disable: fail, enable: fail, list: fail };
    const { disable, enable, list } = createSignInAdministration(broken, createManualClock());
    await expectReason(disable("ops", theApp.target, ""), "STORE_UNAVAILABLE");
    await expectReason(enable(theApp.target), "STORE_UNAVAILABLE");
    await expectReason(list(), "STORE_UNAVAILABLE");
  });
});
