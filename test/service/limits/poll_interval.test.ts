import { describe, expect, it } from "vitest";
import { newSecret } from "../../../src/domain/secrets.js";
import { shop } from "../../support/tickets.js";
import { createLimitedService, expectLimit, repeat } from "./limits_fixture.js";

const blog = { id: "blog", userPool: shop.userPool };

describe("the interval between two polls", () => {
  it("the first poll is free, the next one at once is rejected, and passes after the delay of the error", async () => {
    const service = createLimitedService({ minPollInterval: 500 });
    const { proof } = await service.create();
    await service.tickets.get(shop, proof);
    expect(await expectLimit(service.tickets.get(shop, proof), "poll_interval")).toBe(500);
    service.clock.advance(100);
    expect(await expectLimit(service.tickets.get(shop, proof), "poll_interval")).toBe(400);
    service.clock.advance(400);
    await service.tickets.get(shop, proof);
  });

  it("a poll may come half an interval early, but polls at that rate are rejected", async () => {
    const service = createLimitedService({ minPollInterval: 500 });
    const { proof } = await service.create();
    await service.tickets.get(shop, proof);
    service.clock.advance(250);
    await service.tickets.get(shop, proof);
    service.clock.advance(250);
    await expectLimit(service.tickets.get(shop, proof), "poll_interval");
  });

  it("a caller that polls at the interval is never rejected, though its polls arrive up to 100 ms early or late", async () => {
    const service = createLimitedService({ minPollInterval: 500 });
    const { proof } = await service.create();
    const jitter = [0, 100, -100, 80, -40, 100, -100, -100, 100, 0];
    let previous = 0;
    await repeat(100, async (index) => {
      const at = index * 500 + (jitter[index % jitter.length] ?? 0);
      service.clock.advance(at - previous);
      previous = at;
      await service.tickets.get(shop, proof);
    });
  });

  it("the first poll after a change of the ticket is free", async () => {
    const service = createLimitedService({ minPollInterval: 500 });
    const { ticketId, proof } = await service.create();
    await service.tickets.get(shop, proof);
    await service.scan(ticketId);
    await service.authorize(ticketId);
    expect((await service.tickets.get(shop, proof)).state).toBe("AUTHORIZED");
    await expectLimit(service.tickets.get(shop, proof), "poll_interval");
  });

  it("each ticket has its own interval, which another app cannot use up", async () => {
    const service = createLimitedService({ minPollInterval: 500 });
    const [first, second] = [await service.create(), await service.create()];
    const strange = { ...first.proof, ticketSecret: newSecret() };
    await expect(service.tickets.get(blog, strange)).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    await service.tickets.get(shop, first.proof);
    await service.tickets.get(shop, second.proof);
  });

  it("a caller with a wrong secret cannot use up the polls of the creator", async () => {
    const service = createLimitedService({ minPollInterval: 500 });
    const { proof } = await service.create();
    const wrong = { ...proof, ticketSecret: newSecret() };
    await expect(service.tickets.get(shop, wrong)).rejects.toMatchObject({ reason: "TICKET_NOT_FOUND" });
    await service.tickets.get(shop, proof);
  });

  it("an interval of zero allows every poll", async () => {
    const service = createLimitedService({ minPollInterval: 0 });
    const { proof } = await service.create();
    await repeat(10, () => service.tickets.get(shop, proof));
  });
});
