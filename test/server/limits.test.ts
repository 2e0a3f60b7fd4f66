import { expect, it } from "vitest";
import { createTestTicket, responseOrThrow, scannedById } from "../support/callers.js";
import { expectError } from "../support/expect_error.js";
import { appEntry } from "../support/server.js";
import { alice, bob, clock, restartServer, shop, useTestServer } from "../support/test_server.js";
import { customers } from "../support/tokens.js";

useTestServer();

it("the error of a limit names it in a QuotaFailure and gives the time until the next call in RetryInfo", async () => {
  await restartServer({ settings: { policy: { limits: { ticketsPerAddress: 6 } } } });
  const request = { requester: { ipAddress: "192.0.2.7" } } as never;
  for (let count = 0; count < 6; count++) responseOrThrow(await shop.createTicket(request));
  const rejected = await shop.createTicket(request);
  expectError(rejected, "RESOURCE_EXHAUSTED", "RATE_LIMITED", { retry: true });
  expect([rejected.exceededLimit, rejected.retryAfterMs]).toEqual(["requester_address", 10_000]);
  clock.advance(10_000);
  responseOrThrow(await shop.createTicket(request));
});

it("CreateTicket states the poll interval, and GetStatus enforces it", async () => {
  await restartServer({ settings: { tickets: { minPollInterval: "2s" } } });
  const ticket = await createTestTicket(shop);
  expect(ticket).toMatchObject({ minPollInterval: { seconds: 2, nanos: 0 } });
  responseOrThrow(await shop.getStatus(ticket));
  const early = await shop.getStatus(ticket);
  expect([early.reason, early.exceededLimit, early.retryAfterMs]).toEqual([
    "RATE_LIMITED",
    "poll_interval",
    2_000,
  ]);
  clock.advance(2_000);
  responseOrThrow(await shop.getStatus(ticket));
});

it("the limits of an app, of its user pool and of all apps apply in this order", async () => {
  const limitOf = (ticketsPerScreen: number) => ({ limits: { ticketsPerScreen } });
  const settingsWith = (own: object, ofPool: object) => ({
    pool: { policy: ofPool },
    settings: {
      policy: limitOf(3),
      apps: [{ ...appEntry("shop", "Example Shop", customers.id), policy: own }],
    },
  });
  const createdWith = async (own: object, ofPool: object) => {
    await restartServer(settingsWith(own, ofPool));
    let created = 0;
    while ((await shop.createTicket({ screenId: "screen" })).code === "OK") created += 1;
    return created;
  };
  expect(await createdWith(limitOf(1), limitOf(2))).toBe(1);
  expect(await createdWith({}, limitOf(2))).toBe(2);
  expect(await createdWith({}, {})).toBe(3);
});

it("the limits of approvers are those of their user pool", async () => {
  await restartServer({ pool: { policy: { limits: { scansInProgress: 1 } } } });
  const [first, second] = [await createTestTicket(shop), await createTestTicket(shop)];
  responseOrThrow(await alice.markScanned(scannedById(first)));
  expect((await alice.markScanned(scannedById(second))).exceededLimit).toBe("scans_in_progress");
  responseOrThrow(await bob.markScanned(scannedById(second)));
});
