import { describe, expect, it, vi } from "vitest";
import { newTicketId } from "../../../src/domain/secrets.js";
import { alice, bob } from "../../support/tickets.js";
import {
  createLimitedService,
  expectLimit,
  type LimitedService,
  repeat,
  userNamed,
} from "./limits_fixture.js";

async function scanNew(service: LimitedService, by = alice): Promise<string> {
  const { ticketId } = await service.create();
  await service.scan(ticketId, by);
  return ticketId;
}

async function declineNew(service: LimitedService, by = alice): Promise<void> {
  const ticketId = await scanNew(service, by);
  await service.tickets.cancel(by, ticketId);
}

async function approveNew(service: LimitedService, by = alice): Promise<void> {
  const ticketId = await scanNew(service, by);
  await service.authorize(ticketId, by);
}

describe("scans of one approver", () => {
  it("an approver has a limit in a minute, and another approver is not affected", async () => {
    const service = createLimitedService({ limits: { scansPerApprover: 3 } });
    await repeat(3, () => approveNew(service));
    expect(await expectLimit(scanNew(service), "approver")).toBe(20_000);
    await scanNew(service, bob);
    await scanNew(service, { ...alice, issuer: "https://other.example.com/" });
  });

  it("a rejected scan leaves the ticket to others", async () => {
    const service = createLimitedService({ limits: { scansPerApprover: 1 } });
    await scanNew(service);
    const { ticketId } = await service.create();
    await expectLimit(service.scan(ticketId), "approver");
    expect((await service.scan(ticketId, bob)).state).toBe("SCANNED");
  });
});

describe("prompt bombing", () => {
  it("a user whom codes are sent to all the time is asked no more than five times at once", async () => {
    const service = createLimitedService();
    await repeat(5, () => scanNew(service));
    await expectLimit(scanNew(service), "scans_in_progress");
    await scanNew(service, bob);
  });

  it("a user who declines five codes is not asked by a sixth one, and by one more every two minutes", async () => {
    const service = createLimitedService();
    await repeat(5, () => declineNew(service));
    const delay = await expectLimit(scanNew(service), "refusals");
    expect(delay).toBe(120_000);
    await scanNew(service, bob);
    service.clock.advance(delay);
    await declineNew(service);
    await expectLimit(scanNew(service), "refusals");
    service.clock.advance(600_000);
    await repeat(5, () => declineNew(service));
  });

  it("a decision makes room for another scan, and so does the end of the ticket", async () => {
    const service = createLimitedService({ limits: { scansInProgress: 1 } });
    await approveNew(service);
    await declineNew(service);
    await scanNew(service);
    expect(await expectLimit(scanNew(service), "scans_in_progress")).toBe(120_000);
    service.clock.advance(120_000);
    await scanNew(service);
  });

  it("a decision frees the place of its code without a read of the store", async () => {
    const service = createLimitedService({ limits: { scansInProgress: 1 } });
    for (const decideNew of [approveNew, declineNew]) {
      await decideNew(service);
      const reads = vi.spyOn(service.store, "get");
      const ticketId = await scanNew(service);
      expect(reads.mock.calls).toEqual([[ticketId]]);
      reads.mockRestore();
      await service.tickets.cancel(alice, ticketId);
    }
  });

  it("a repeated scan of the same code takes no second place, and a failed scan takes none", async () => {
    const service = createLimitedService({ limits: { scansInProgress: 1 } });
    const taken = await scanNew(service, bob);
    await repeat(3, () =>
      expect(service.scan(taken)).rejects.toMatchObject({ reason: "SCANNED_BY_ANOTHER_USER" }),
    );
    const ticketId = await scanNew(service);
    await repeat(3, () => service.scan(ticketId));
  });

  it("scans at the same time cannot pass the limit together", async () => {
    const service = createLimitedService();
    const created = await Promise.all(Array.from({ length: 20 }, () => service.create()));
    const results = await Promise.allSettled(created.map(({ ticketId }) => service.scan(ticketId)));
    expect(results.filter(({ status }) => status === "fulfilled")).toHaveLength(5);
  });

  it("a repeated decline of the same code counts once", async () => {
    const service = createLimitedService({ limits: { declinesPerApprover: 2 } });
    const ticketId = await scanNew(service);
    await repeat(5, () => service.tickets.cancel(alice, ticketId));
    await declineNew(service);
    await expectLimit(scanNew(service), "refusals");
  });
});

describe("misses of one approver", () => {
  it("an approver who scans codes that do not exist is stopped before the store is asked", async () => {
    const service = createLimitedService({ limits: { missesPerApprover: 3 } });
    const guess = () => service.scan(newTicketId());
    await repeat(3, () => expect(guess()).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" }));
    const { ticketId } = await service.create();
    await expectLimit(service.scan(ticketId), "ticket_misses");
    await expectLimit(service.authorize(newTicketId()), "ticket_misses");
    await expectLimit(service.tickets.cancel(alice, newTicketId()), "ticket_misses");
    expect((await service.scan(ticketId, userNamed("carol"))).state).toBe("SCANNED");
    service.clock.advance(20_000);
    await expect(guess()).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
  });
});
