import { describe, expect, it } from "vitest";
import { responseOrThrow } from "../support/callers.js";
import { api } from "./browser.js";
import { codeChallenge, exchangeAs, shopCredential } from "./exchange.js";
import { alice, browser, clock, scan, setUpGateway } from "./setup.js";

setUpGateway();

describe("the status", () => {
  it("is whole at every step of a login, and says no more than the page needs", async () => {
    const created = await browser.create({ appId: "shop", codeChallenge });
    const usual = {
      ticketId: created.ticketId,
      expiresAt: created.expiresAt,
      remainingMs: 120_000,
      scannedBy: null,
      exchangeTicket: null,
      cancelReason: null,
    };
    const status = async () => (await browser.status(created.handle)).json;
    expect(await status()).toEqual({ ...usual, state: "PENDING", revision: 1 });
    await scan(created);
    const scannedBy = { nickname: "alice-nick", photoUrl: "https://img.example.com/alice.png" };
    await expect.poll(status).toEqual({ ...usual, state: "SCANNED", revision: 2, scannedBy });
    clock.advance(20_000);
    expect((await status()).remainingMs).toBe(100_000);
    responseOrThrow(await alice.authorize(created));
    const expiresAt = new Date(clock.now() + 300_000).toISOString();
    await expect.poll(status).toEqual({
      ...{ ...usual, state: "AUTHORIZED", revision: 3, scannedBy, expiresAt, remainingMs: 300_000 },
      exchangeTicket: expect.stringMatching(/^[\w-]{22}\.[\w-]{43}$/),
    });
    await exchangeAs(shopCredential, (await status()).exchangeTicket);
    await expect.poll(status).toMatchObject({ state: "EXCHANGED", scannedBy: null, exchangeTicket: null });
  });

  it("of a ticket whose time is over is EXPIRED", async () => {
    const created = await browser.create();
    await browser.status(created.handle);
    await clock.advanceAsync(121_000);
    const status = async () => (await browser.status(created.handle)).json;
    await expect.poll(status).toMatchObject({ state: "EXPIRED", remainingMs: 0, cancelReason: null });
  });

  it("of a ticket that the user has declined says so", async () => {
    const created = await browser.create();
    await scan(created);
    responseOrThrow(await alice.cancel(created));
    const { json } = await browser.status(created.handle);
    expect(json).toMatchObject({
      state: "CANCELLED",
      cancelReason: "CANCELLED_BY_APPROVER",
      scannedBy: null,
    });
  });

  it("is asked for with the handle in a header, never in the address", async () => {
    const { handle } = await browser.create();
    const answer = await browser.get(`${api}/tickets/status?handle=${handle}`);
    expect([answer.status, answer.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
  });
});

describe("withdrawing", () => {
  it("ends the ticket, and a second time changes nothing", async () => {
    const created = await browser.create();
    for (const _ of [1, 2]) {
      const answer = await browser.withdraw(created.handle);
      expect([answer.status, answer.json]).toEqual([200, { state: "CANCELLED", revision: 2 }]);
    }
    const { json } = await browser.status(created.handle);
    expect(json).toMatchObject({ state: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" });
  });

  it("a ticket that is finished otherwise is refused with its state", async () => {
    const created = await browser.create();
    await scan(created);
    responseOrThrow(await alice.cancel(created));
    const answer = await browser.withdraw(created.handle);
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ reason: "TICKET_CANCELLED", currentState: "CANCELLED" });
  });

  it("without a handle, with one that is no text or with something beside is refused", async () => {
    const { handle } = await browser.create();
    for (const body of [{}, { handle: "" }, { handle: 5 }, { handle, appId: "shop" }, { handle: [handle] }]) {
      const { status, json } = await browser.post(`${api}/tickets/withdraw`, body);
      expect([status, json.reason]).toEqual([400, "INVALID_REQUEST"]);
    }
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });
});
