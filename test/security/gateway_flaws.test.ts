import { describe, expect, it } from "vitest";
import { exchangeTicketOf, newSecret, newTicketId } from "../../src/domain/secrets.js";
import { attacker, expectNotFound, notFound, withoutRequestId } from "../gateway/attacker.js";
import { api, openBrowser, openCookieClient } from "../gateway/browser.js";
import { approved, exchangeAs, shopCredential } from "../gateway/exchange.js";
import { alice, browser, clock, gateway, scan, server, setUpGateway } from "../gateway/setup.js";
import { responseOrThrow, scannedByText } from "../support/callers.js";

// These tests try the six flaws that a study of 109 sites with QR login found on the gateway. Exchange by the
// browser is enabled, so that only the binding protects against others.
setUpGateway({ gateway: { appOptions: { shop: { exchangeFromBrowser: true } } } });

describe("F1 Status that is not bound to the session that created the code", () => {
  it("another session cannot read the status, whatever it knows about the QR code", async () => {
    const { handle, ticketId } = await browser.create();
    const other = await attacker();
    await expectNotFound(other, handle);
    await expectNotFound(other, ticketId);
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });
});

describe("F2 A code that is usable again after the login", () => {
  it("a used QR code can be neither scanned, nor polled for a new ticket, nor exchanged", async () => {
    const { handle, qrContent, exchangeTicket } = await approved();
    expect((await exchangeAs(shopCredential, exchangeTicket)).status).toBe(200);
    clock.advance(5_000);
    expect((await alice.markScanned(scannedByText(qrContent))).reason).toBe("TICKET_ALREADY_EXCHANGED");
    await expect
      .poll(async () => (await browser.status(handle)).json)
      .toMatchObject({
        state: "EXCHANGED",
        exchangeTicket: null,
      });
    expect((await browser.exchange(handle)).json.reason).toBe("TICKET_ALREADY_EXCHANGED");
    expect((await exchangeAs(shopCredential, exchangeTicket)).json.reason).toBe("TICKET_ALREADY_EXCHANGED");
  });
});

describe("F3 Guessable ids", () => {
  it("handles, images and cookies never repeat and have nothing in common except their header", async () => {
    const many = await Promise.all(
      Array.from({ length: 100 }, async () => {
        const visitor = openBrowser(gateway.url);
        const { handle, pictures } = await visitor.create();
        return [handle.split(".").at(-1), pictures.svg.split(".").at(-2), ...visitor.cookies.values()];
      }),
    );
    const all = many.flat();
    expect(all).toHaveLength(300);
    expect(new Set(all).size).toBe(300);
  });
});

describe("F4 Ids that the client chooses", () => {
  it.each(["ticketId", "random", "id", "handle", "qrcodeId", "ticketSecret"])(
    "the field %s is rejected when a ticket is created",
    async (field) => {
      const answer = await browser.post(`${api}/tickets`, { appId: "shop", [field]: newTicketId() });
      expect([answer.status, answer.json.reason]).toEqual([400, "INVALID_REQUEST"]);
    },
  );

  it("a planted cookie is not accepted outside loopback, where cookies can be planted", async () => {
    const planted = newSecret();
    const headers = { host: "login.example.com", cookie: `qrlogin-browser-AAAAAAAA=${planted}` };
    const victim = openBrowser(gateway.url, { headers });
    const { handle } = await victim.create();
    expect([...victim.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-qrlogin-browser-[\w-]{8}$/)]);
    await expectNotFound(openCookieClient(gateway.url, { headers }), handle);
    expect([...victim.cookies.values()]).not.toContain(planted);
  });
});

describe("F5 An approval that trusts a user field", () => {
  it("no field of the gateway's API identifies the user", async () => {
    for (const field of ["user", "userId", "sub", "scannedBy"]) {
      const answer = await browser.post(`${api}/tickets`, { appId: "shop", [field]: "alice" });
      expect(answer.json.reason).toBe("INVALID_REQUEST");
    }
    const created = await browser.create();
    await scan(created);
    const body = { handle: created.handle, userId: "subject-of-bob" };
    expect((await browser.post(`${api}/tickets/exchange`, body)).json.reason).toBe("INVALID_REQUEST");
    responseOrThrow(await alice.authorize(created));
    await expect.poll(async () => (await browser.status(created.handle)).json.state).toBe("AUTHORIZED");
    const { user } = (await browser.exchange(created.handle)).json as { user: { userId: string } };
    expect(user.userId).toBe("subject-of-alice");
  });
});

describe("F6 Personal data in answers", () => {
  it("the waiting page receives nickname and photo, and nothing once the login is over", async () => {
    const { handle, ticketId, exchangeTicket } = await approved();
    const status = async () => (await browser.status(handle)).json;
    const common = {
      ...{ ticketId, expiresAt: expect.any(String), remainingMs: expect.any(Number) },
      ...{ checkCode: null, qrCode: null },
    };
    // The whole response is compared, so that it contains no other field about her.
    expect(await status()).toEqual({
      ...common,
      state: "AUTHORIZED",
      revision: 3,
      scannedBy: { nickname: "alice-nick", photoUrl: "https://img.example.com/alice.png" },
      exchangeTicket,
      cancelReason: null,
    });
    await exchangeAs(shopCredential, exchangeTicket);
    await expect.poll(async () => (await status()).state).toBe("EXCHANGED");
    const finished = { state: "EXCHANGED", revision: 4, scannedBy: null, exchangeTicket: null };
    expect(await status()).toEqual({ ...common, ...finished, cancelReason: null });
  });

  it("another session receives nothing, whatever it requests", async () => {
    const personal = ["alice", "Full-Name", "+351", "department"];
    const { handle, ticketId, exchangeTicket, pictures } = await approved();
    const other = await attacker();
    await expectNotFound(other, handle);
    await expectNotFound(other, ticketId);
    const byStranger = await exchangeAs(shopCredential, exchangeTicketOf(ticketId, newSecret()));
    expect([byStranger.status, withoutRequestId(byStranger)]).toEqual([404, notFound]);
    const withoutSecret = await other.post(`${api}/tickets/exchange`, { exchangeTicket });
    expect([withoutSecret.status, withoutSecret.json.reason]).toEqual([401, "APP_UNAUTHENTICATED"]);
    // The image shows what the screen shows: it is the QR code, for every caller.
    const image = await other.get(pictures.svg);
    expect([image.status, image.headers["content-type"]]).toEqual([200, "image/svg+xml"]);
    for (const { text } of [withoutSecret, image]) {
      for (const word of personal) expect(text).not.toContain(word);
    }
    expect(server.lines.some(({ method }) => method === "ExchangeUserInfo")).toBe(true);
  });
});
