import { describe, expect, it } from "vitest";
import { newSecret, newTicketId } from "../../../src/domain/secrets.js";
import { shop } from "../../support/tickets.js";
import { createLimitedService, expectLimit, repeat } from "./limits_fixture.js";

const blog = { id: "blog", userPool: shop.userPool };
const unknown = () => ({ ticketId: newTicketId(), ticketSecret: newSecret() });

describe("misses of an app", () => {
  it("wrong secrets, unknown tickets and wrong exchange tickets count together, and are then rejected", async () => {
    const service = createLimitedService({ limits: { missesPerApp: 5 } });
    const held = await service.create();
    const wrong = { ...held.proof, ticketSecret: newSecret() };
    const misses = [
      () => service.tickets.get(shop, wrong),
      () => service.tickets.withdraw(shop, unknown()),
      () => service.tickets.submitCheckCode(shop, unknown(), "123456", ""),
      () => service.exchange({ ...held, exchangeTicket: `${held.ticketId}.${newSecret()}` }),
      () => service.watch(shop, unknown()).next(),
    ];
    for (const miss of misses) await expect(miss()).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    service.clock.advance(1_000);
    for (const miss of misses) await expectLimit(miss(), "ticket_misses");
    await expect(service.tickets.get(blog, unknown())).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
  });

  it("an app that misses too often is not stopped: calls that find their ticket pass", async () => {
    const service = createLimitedService({ limits: { missesPerApp: 1 } });
    const held = await service.create();
    await expect(service.tickets.get(shop, unknown())).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    await repeat(10, () => expectLimit(service.tickets.get(shop, unknown()), "ticket_misses"));
    expect((await service.tickets.get(shop, held.proof)).state).toBe("PENDING");
    await service.scan(held.ticketId);
    await service.authorize(held.ticketId);
    expect((await service.exchange(held)).state).toBe("AUTHORIZED");
  });
});
