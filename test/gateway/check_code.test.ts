import { describe, expect, it } from "vitest";
import { responseOrThrow } from "../support/callers.js";
import { api, type Created, openBrowser } from "./browser.js";
import { codeChallenge, exchangeAs, shopCredential } from "./exchange.js";
import { alice, browser, gateway, restartGateway, scan, server, setUpGateway } from "./setup.js";

setUpGateway({ service: { settings: { policy: { checkCode: { mode: "always", digits: 4 } } } } });

/** A ticket that alice has approved, and the check code that her phone shows. */
interface Awaiting extends Created {
  readonly checkCode: string;
}

async function awaitCheckCode(body: object = { appId: "shop", codeChallenge }): Promise<Awaiting> {
  const created = await browser.create(body);
  await scan(created);
  const { checkCode } = responseOrThrow(await alice.authorize({ ticketId: created.ticketId }));
  return { ...created, checkCode };
}

const wrong = ({ checkCode }: Awaiting) => String((Number(checkCode) + 1) % 10_000).padStart(4, "0");
const statusOf = async ({ handle }: Created) => (await browser.status(handle)).json;

describe("a check code at the gateway", () => {
  it("the status says how many digits to ask for and how many attempts are left, and has no exchange ticket", async () => {
    const ticket = await awaitCheckCode();
    expect(await statusOf(ticket)).toMatchObject({
      ...{ state: "AWAITING_CHECK_CODE", revision: 3, exchangeTicket: null },
      ...{ scannedBy: { nickname: "alice-nick" }, checkCode: { digits: 4, attemptsLeft: 3 } },
    });
  });

  it("the right check code completes the approval, and the exchange then succeeds", async () => {
    const ticket = await awaitCheckCode();
    const { status, json } = await browser.submitCheckCode(ticket.handle, ticket.checkCode);
    expect([status, json]).toEqual([200, { state: "AUTHORIZED", revision: 4 }]);
    await expect.poll(() => statusOf(ticket)).toMatchObject({ state: "AUTHORIZED", checkCode: null });
    const exchanged = await exchangeAs(shopCredential, (await statusOf(ticket)).exchangeTicket);
    expect(exchanged.json).toMatchObject({ user: { userId: "subject-of-alice" } });
  });

  it("the right check code changes nothing the second time", async () => {
    const ticket = await awaitCheckCode();
    await browser.submitCheckCode(ticket.handle, ticket.checkCode);
    const { status, json } = await browser.submitCheckCode(ticket.handle, ticket.checkCode);
    expect([status, json]).toEqual([200, { state: "AUTHORIZED", revision: 4 }]);
  });

  it("a wrong check code is rejected with the attempts that are left, which the stream reports too", async () => {
    const ticket = await awaitCheckCode();
    const events = browser.events(ticket.handle);
    await events.next();
    const { status, json } = await browser.submitCheckCode(ticket.handle, wrong(ticket));
    expect(status).toBe(400);
    expect(json).toMatchObject({ reason: "CHECK_CODE_MISMATCH", attemptsLeft: 2 });
    expect((await events.next())?.data).toMatchObject({
      state: "AWAITING_CHECK_CODE",
      checkCode: { digits: 4, attemptsLeft: 2 },
    });
  });

  it("the third wrong check code cancels the ticket, and the right one is then too late", async () => {
    const ticket = await awaitCheckCode();
    const attemptsLeft = [];
    for (let count = 0; count < 3; count++)
      attemptsLeft.push((await browser.submitCheckCode(ticket.handle, wrong(ticket))).json.attemptsLeft);
    expect(attemptsLeft).toEqual([2, 1, 0]);
    await expect
      .poll(() => statusOf(ticket))
      .toMatchObject({ state: "CANCELLED", cancelReason: "CHECK_CODE_FAILED", checkCode: null });
    const { status, json } = await browser.submitCheckCode(ticket.handle, ticket.checkCode);
    expect([status, json.reason, json.currentState]).toEqual([409, "TICKET_CANCELLED", "CANCELLED"]);
  });

  it.each([
    ["too few digits", "123"],
    ["too many digits", "1234567"],
    ["a letter", "12a4"],
    ["a space", "12 34"],
    ["digits of another script", "١٢٣٤"],
    ["a line break", "1234\n"],
    ["a number in place of a text", 1234],
    ["nothing", undefined],
  ])("a check code with %s is an invalid request and does not count", async (_title, checkCode) => {
    const ticket = await awaitCheckCode();
    const { status, json } = await browser.submitCheckCode(ticket.handle, checkCode);
    expect([status, json.reason]).toEqual([400, "INVALID_REQUEST"]);
    expect(json.fieldViolations).toMatchObject([{ field: "checkCode" }]);
    expect(await statusOf(ticket)).toMatchObject({ checkCode: { attemptsLeft: 3 } });
  });

  it("a check code is not expected before the approval", async () => {
    const created = await browser.create();
    await scan(created);
    const { status, json } = await browser.submitCheckCode(created.handle, "1234");
    expect(status).toBe(409);
    expect(json).toMatchObject({ reason: "CHECK_CODE_NOT_EXPECTED", currentState: "SCANNED" });
  });

  it("a ticket that waits for its check code cannot be exchanged from the browser or completed", async () => {
    await restartGateway({ appOptions: { shop: { exchangeFromBrowser: true } }, onSignIn: () => ({}) });
    const { handle } = await awaitCheckCode({ appId: "shop" });
    for (const path of ["exchange", "complete"]) {
      const { status, json } = await browser.post(`${api}/tickets/${path}`, { handle });
      expect([path, status, json.reason]).toEqual([path, 409, "TICKET_NOT_AUTHORIZED"]);
    }
  });

  it("a check code counts only from the browser that created the ticket, and from a listed origin", async () => {
    const ticket = await awaitCheckCode();
    const stranger = await openBrowser(gateway.url).submitCheckCode(ticket.handle, ticket.checkCode);
    expect([stranger.status, stranger.json.reason]).toEqual([403, "COOKIE_MISSING"]);
    const other = openBrowser(gateway.url);
    await other.create();
    const foreign = await other.submitCheckCode(ticket.handle, ticket.checkCode);
    expect([foreign.status, foreign.json.reason]).toEqual([404, "TICKET_NOT_FOUND"]);
    const origin = { origin: "https://evil.example.com" };
    const unlisted = await browser.submitCheckCode(ticket.handle, ticket.checkCode, origin);
    expect([unlisted.status, unlisted.json.reason]).toEqual([403, "ORIGIN_NOT_ALLOWED"]);
    expect(await statusOf(ticket)).toMatchObject({ state: "AWAITING_CHECK_CODE" });
  });

  it("check codes are limited like the other calls of an address", async () => {
    await restartGateway({ limits: { callsPerMinute: 1 } });
    const ticket = await awaitCheckCode();
    await browser.submitCheckCode(ticket.handle, wrong(ticket));
    const { status, json } = await browser.submitCheckCode(ticket.handle, ticket.checkCode);
    expect([status, json.reason]).toEqual([429, "RATE_LIMITED"]);
  });

  it("the logs of the gateway and of the service contain no check code", async () => {
    const ticket = await awaitCheckCode();
    await browser.submitCheckCode(ticket.handle, "0000");
    await browser.submitCheckCode(ticket.handle, ticket.checkCode);
    // Four digits may be part of a time or an id. As a value of their own they are between quotation marks.
    for (const text of [gateway.logText(), server.logText()]) {
      expect(text).not.toContain(`"${ticket.checkCode}"`);
      expect(text).not.toContain('"0000"');
    }
  });
});
