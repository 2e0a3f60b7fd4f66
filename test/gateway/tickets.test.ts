import { describe, expect, it } from "vitest";
import { responseOrThrow } from "../support/callers.js";
import { api } from "./browser.js";
import { codeChallenge, exchangeAs, shopCredential } from "./exchange.js";
import { alice, browser, clock, scan, setUpGateway } from "./setup.js";

setUpGateway();

describe("the status", () => {
  it("the status is complete at every step of a sign-in, and contains only what the page needs", async () => {
    const created = await browser.create({ appId: "shop", codeChallenge });
    const usual = {
      ticketId: created.ticketId,
      expiresAt: created.expiresAt,
      remainingMs: 120_000,
      scannedBy: null,
      exchangeTicket: null,
      cancelReason: null,
      checkCode: null,
      qrCode: null,
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

  it("the status of a ticket after its lifetime is EXPIRED", async () => {
    const created = await browser.create();
    await browser.status(created.handle);
    await clock.advanceAsync(121_000);
    const status = async () => (await browser.status(created.handle)).json;
    await expect.poll(status).toMatchObject({ state: "EXPIRED", remainingMs: 0, cancelReason: null });
  });

  it("the status of a declined ticket has the cancel reason", async () => {
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

  it("the status route takes the handle in a header, never in the URL", async () => {
    const { handle } = await browser.create();
    const answer = await browser.get(`${api}/tickets/status?handle=${handle}`);
    expect([answer.status, answer.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
  });
});

describe("withdrawing", () => {
  it("withdraw ends the ticket, and a second call changes nothing", async () => {
    const created = await browser.create();
    for (const _ of [1, 2]) {
      const answer = await browser.withdraw(created.handle);
      expect([answer.status, answer.json]).toEqual([200, { state: "CANCELLED", revision: 2 }]);
    }
    const { json } = await browser.status(created.handle);
    expect(json).toMatchObject({ state: "CANCELLED", cancelReason: "WITHDRAWN_BY_CREATOR" });
  });

  it("withdraw is rejected with the state of a ticket that is finished otherwise", async () => {
    const created = await browser.create();
    await scan(created);
    responseOrThrow(await alice.cancel(created));
    const answer = await browser.withdraw(created.handle);
    expect(answer.status).toBe(409);
    expect(answer.json).toMatchObject({ reason: "TICKET_CANCELLED", currentState: "CANCELLED" });
  });

  it("withdraw is rejected without a handle, with a handle that is not a string, or with extra fields", async () => {
    const { handle } = await browser.create();
    for (const body of [{}, { handle: "" }, { handle: 5 }, { handle, appId: "shop" }, { handle: [handle] }]) {
      const { status, json } = await browser.post(`${api}/tickets/withdraw`, body);
      expect([status, json.reason]).toEqual([400, "INVALID_REQUEST"]);
    }
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });
});
