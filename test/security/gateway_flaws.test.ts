import { describe, expect, it } from "vitest";
import { exchangeTicketOf, newSecret, newTicketId } from "../../src/domain/secrets.js";
import { api, openBrowser } from "../gateway/browser.js";
import { approved, exchangeAs, shopCredential } from "../gateway/exchange.js";
import { alice, browser, clock, gateway, scan, server, setStage } from "../gateway/stage.js";
import { attacker, everyUse, expectNothing } from "../gateway/stranger.js";
import { byText, orThrow } from "../support/callers.js";

// The six flaws that a study of 109 sites with QR login has found, asked of the web side.
// The switch that would let a browser exchange is on, so that nothing but the binding keeps strangers out.
setStage({ gateway: { switches: { shop: { exchangeFromBrowser: true } } } });

describe("F1 Status that is not bound to the session that created the code", () => {
  it("another session does not see the status, whatever it knows of the code", async () => {
    const { handle, ticketId } = await browser.create();
    const other = await attacker();
    await expectNothing(other, handle);
    await expectNothing(other, ticketId);
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });
});

describe("F2 A code that is usable again after the login", () => {
  it("neither scans, nor polls for a new ticket, nor exchanges once it was used", async () => {
    const { handle, qrContent, exchangeTicket } = await approved();
    expect((await browser.exchange(handle)).status).toBe(200);
    clock.advance(5_000);
    expect((await alice.markScanned(byText(qrContent))).reason).toBe("TICKET_ALREADY_EXCHANGED");
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
  it("handles, pictures and cookies never come twice and have nothing in common but their header", async () => {
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
    "the field %s is refused at creation",
    async (field) => {
      const answer = await browser.post(`${api}/tickets`, { appId: "shop", [field]: newTicketId() });
      expect([answer.status, answer.json.reason]).toEqual([400, "INVALID_REQUEST"]);
    },
  );

  it("a cookie that somebody else has planted is not taken off loopback, where it could be planted", async () => {
    const planted = newSecret();
    const headers = { host: "login.example.com", cookie: `qrlogin-browser-AAAAAAAA=${planted}` };
    const victim = openBrowser(gateway.url, { headers });
    const { handle } = await victim.create();
    expect([...victim.cookies.keys()]).toEqual([expect.stringMatching(/^__Host-qrlogin-browser-[\w-]{8}$/)]);
    await expectNothing(openBrowser(gateway.url, { headers }), handle);
    expect([...victim.cookies.values()]).not.toContain(planted);
  });
});

describe("F5 An approval that trusts a user field", () => {
  it("no field of the web side says who the user is", async () => {
    for (const field of ["user", "userId", "sub", "scannedBy"]) {
      const answer = await browser.post(`${api}/tickets`, { appId: "shop", [field]: "alice" });
      expect(answer.json.reason).toBe("INVALID_REQUEST");
    }
    const created = await browser.create();
    await scan(created);
    const body = { handle: created.handle, userId: "subject-of-bob" };
    expect((await browser.post(`${api}/tickets/exchange`, body)).json.reason).toBe("INVALID_REQUEST");
    orThrow(await alice.authorize(created));
    await expect.poll(async () => (await browser.status(created.handle)).json.state).toBe("AUTHORIZED");
    const { user } = (await browser.exchange(created.handle)).json as { user: { userId: string } };
    expect(user.userId).toBe("subject-of-alice");
  });
});

describe("F6 Personal data in answers", () => {
  const personal = ["Full-Name", "alice@mail", "+351", "subject-of-alice", "department"];

  it("the page that waits is told nickname and photo, and nothing once the login is over", async () => {
    const { handle, exchangeTicket } = await approved();
    const during = (await browser.status(handle)).text;
    expect(during).toContain("alice-nick");
    for (const text of personal) expect(during).not.toContain(text);
    await exchangeAs(shopCredential, exchangeTicket);
    await expect.poll(async () => (await browser.status(handle)).json.state).toBe("EXCHANGED");
    expect((await browser.status(handle)).text).not.toContain("alice");
  });

  it("a stranger is told nothing, whatever is asked", async () => {
    const { handle, ticketId, exchangeTicket, pictures } = await approved();
    const other = await attacker();
    const answers = [
      ...(await everyUse(other, handle)),
      ...(await everyUse(other, ticketId)),
      await other.post(`${api}/tickets/exchange`, { exchangeTicket }),
      await other.get(pictures.svg),
      await exchangeAs(shopCredential, exchangeTicketOf(ticketId, newSecret())),
    ];
    for (const { text } of answers) {
      for (const word of ["alice", ...personal]) expect(text).not.toContain(word);
    }
    expect(server.lines.some(({ method }) => method === "ExchangeUserInfo")).toBe(true);
  });
});
