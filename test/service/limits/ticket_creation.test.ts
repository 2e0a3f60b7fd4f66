import { describe, expect, it } from "vitest";
import { createManualClock, noon } from "../../support/clock.js";
import { shop } from "../../support/tickets.js";
import { createParameters } from "../service_fixture.js";
import { createLimitedService, expectLimit, type LimitedService, repeat } from "./limits_fixture.js";

const blog = { id: "blog", userPool: shop.userPool };
const intranet = { id: "intranet", userPool: "staff" };

/** Creates a ticket for an address that the gateway has observed. */
const createFor = (service: LimitedService, ipAddress: string, app = shop) =>
  service.create({ ipAddress, ipAddressSource: "OBSERVED_BY_GATEWAY" }, app);

describe("tickets in a minute", () => {
  it("an app has a limit, and the others are not affected", async () => {
    const service = createLimitedService({ limits: { ticketsPerApp: 3 } });
    await repeat(3, (index) => createFor(service, `192.0.2.${index}`));
    await expectLimit(createFor(service, "192.0.2.9"), "app");
    await createFor(service, "192.0.2.9", blog);
  });

  it("the apps of a user pool have a limit together, and another pool is not affected", async () => {
    const service = createLimitedService({ limits: { ticketsPerUserPool: 3 } });
    await repeat(2, (index) => createFor(service, `192.0.2.${index}`));
    await createFor(service, "192.0.2.8", blog);
    await expectLimit(createFor(service, "192.0.2.9", blog), "user_pool");
    await createFor(service, "192.0.2.9", intranet);
  });

  it("an address has a limit, and another address is not affected", async () => {
    const service = createLimitedService({ limits: { ticketsPerAddress: 3 } });
    await repeat(3, () => createFor(service, "192.0.2.7"));
    await expectLimit(createFor(service, "192.0.2.7"), "requester_address");
    await createFor(service, "192.0.2.8");
    await createFor(service, "192.0.2.7", blog);
  });

  it("the addresses of an IPv6 /64 count as one address", async () => {
    const service = createLimitedService({ limits: { ticketsPerAddress: 3 } });
    await repeat(3, (index) => createFor(service, `2001:db8:0:1::${index}`));
    await expectLimit(createFor(service, "2001:db8:0:1:ffff:ffff:ffff:ffff"), "requester_address");
    await createFor(service, "2001:db8:0:2::1");
  });

  it("an IPv6 /48 has a limit, and another network is not affected", async () => {
    const service = createLimitedService({ limits: { ticketsPerNetwork: 3 } });
    await repeat(3, (index) => createFor(service, `2001:db8:0:${index}::1`));
    await expectLimit(createFor(service, "2001:db8:0:9::1"), "requester_network");
    await createFor(service, "2001:db8:1::1");
  });

  it("a flood of one address uses up nothing of the app and of the user pool", async () => {
    const limits = { ticketsPerAddress: 2, ticketsPerApp: 4, ticketsPerUserPool: 4 };
    const service = createLimitedService({ limits });
    await repeat(2, () => createFor(service, "192.0.2.7"));
    await repeat(50, () => expectLimit(createFor(service, "192.0.2.7"), "requester_address"));
    await repeat(2, () => createFor(service, "192.0.2.8"));
  });

  it("tickets that the policy rejects use up nothing", async () => {
    const limits = { ticketsPerAddress: 1, ticketsPerApp: 1, ticketsPerUserPool: 1 };
    const service = createLimitedService({ checkCode: "always", limits });
    const parameters = { ...createParameters, asksForCheckCode: false };
    for (let attempt = 0; attempt < 3; attempt++)
      expect(() => service.tickets.prepare(shop, parameters)).toThrow(/does not ask the user for one/);
    await service.create();
  });

  it("an address that a page claims is not counted, so no page can use up another address", async () => {
    const service = createLimitedService({ limits: { ticketsPerAddress: 1 } });
    const claimed = { ipAddress: "192.0.2.7", ipAddressSource: "CLAIMED_BY_PAGE" } as const;
    await repeat(5, () => service.create(claimed));
    await service.create({ ipAddress: "192.0.2.7", ipAddressSource: "STATED_BY_APP" });
    await expectLimit(
      service.create({ ipAddress: "192.0.2.7", ipAddressSource: "STATED_BY_APP" }),
      "requester_address",
    );
  });

  it("the call passes after the delay of the error and not before, and the full limit a minute later", async () => {
    const service = createLimitedService({ limits: { ticketsPerAddress: 6 } });
    await repeat(6, () => createFor(service, "192.0.2.7"));
    const delay = await expectLimit(createFor(service, "192.0.2.7"), "requester_address");
    expect(delay).toBe(10_000);
    service.clock.advance(delay - 1);
    expect(await expectLimit(createFor(service, "192.0.2.7"), "requester_address")).toBe(1);
    service.clock.advance(1);
    await createFor(service, "192.0.2.7");
    await expectLimit(createFor(service, "192.0.2.7"), "requester_address");
    service.clock.advance(60_000);
    await repeat(6, () => createFor(service, "192.0.2.7"));
  });
});

it("the wait does not depend on the clock of the tickets, which an administrator can set back", async () => {
  const ticketClock = createManualClock(noon + 3_600_000);
  const now = ticketClock.now;
  let isSetBack = false;
  const settable = { ...ticketClock, now: () => now() - (isSetBack ? 3_600_000 : 0) };
  const service = createLimitedService({ limits: { ticketsPerAddress: 6 }, ticketClock: settable });
  await repeat(6, () => createFor(service, "192.0.2.7"));
  isSetBack = true;
  expect(await expectLimit(createFor(service, "192.0.2.7"), "requester_address")).toBe(10_000);
  service.clock.advance(10_000);
  await createFor(service, "192.0.2.7");
});

describe("live tickets of a screen", () => {
  const onScreen = (service: LimitedService, screenId = "screen", app = shop) =>
    service.create({}, app, screenId);

  it("a screen has a limit, and another screen and another app are not affected", async () => {
    const service = createLimitedService({ limits: { ticketsPerScreen: 2 } });
    await repeat(2, () => onScreen(service));
    await expectLimit(onScreen(service), "screen");
    await onScreen(service, "another screen");
    await onScreen(service, "screen", blog);
    await repeat(3, () => onScreen(service, ""));
  });

  it("a ticket that has ended makes room, whoever ended it", async () => {
    const service = createLimitedService({ limits: { ticketsPerScreen: 1 } });
    const first = await onScreen(service);
    await expectLimit(onScreen(service), "screen");
    await service.tickets.withdraw(shop, first.proof);
    const second = await onScreen(service);
    await service.scan(second.ticketId);
    await service.authorize(second.ticketId);
    await expectLimit(onScreen(service), "screen");
    await service.exchange(second);
    await onScreen(service);
  });

  it("a ticket makes room when it expires, at the moment that the error gives", async () => {
    const service = createLimitedService({ limits: { ticketsPerScreen: 1 } });
    await onScreen(service);
    service.clock.advance(50_000);
    expect(await expectLimit(onScreen(service), "screen")).toBe(70_000);
    service.clock.advance(70_000);
    await onScreen(service);
  });

  it("a ticket that could not be stored takes no place", async () => {
    const service = createLimitedService({ limits: { ticketsPerScreen: 1 } });
    await service.store.close();
    await repeat(3, () => expect(onScreen(service)).rejects.toMatchObject({ reason: "STORE_UNAVAILABLE" }));
  });
});
