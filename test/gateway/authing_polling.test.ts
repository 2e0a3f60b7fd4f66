import { describe, expect, it } from "vitest";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import { newHandleKey, startTestGateway } from "../support/gateway.js";
import { startTestServer } from "../support/server.js";
import {
  appHeader,
  approveAs,
  basicOf,
  call,
  check,
  checkUntil,
  gene,
  phone,
  userinfo,
  v2,
} from "./authing_calls.js";
import { openBrowser } from "./browser.js";
import { aliceToken, clock, gateway, restartGateway, server, setUpGateway } from "./setup.js";

setUpGateway();

/** Returns the ticket id, which the QR code contains, of a handle that was sealed with this key. */
async function ticketIdOf(random: string, key: string): Promise<string> {
  const opened = await createSealer([key], clock).open("authing-handle", random);
  return ((opened?.content ?? {}) as Record<string, string>).id ?? "";
}

describe("a ticket id that was read from the QR code", () => {
  it("a caller with only the ticket id cannot poll, in any state", async () => {
    const key = newHandleKey();
    await restartGateway({ handleKeys: [key] });
    const random = await gene();
    const drawn = await ticketIdOf(random, key);
    expect(drawn).toMatch(/^[\w-]{22}$/);
    for (const step of ["scanned", "confirm"] as const) {
      expect(await check(drawn)).toMatchObject({ http: 200, code: 2241, data: null });
      expect((await phone(step, drawn, aliceToken)).code).toBe(200);
    }
    expect((await check(drawn)).code).toBe(2241);
    await checkUntil(random, 2);
  });

  it("a caller with only the ticket id can poll with pollByTicketId, until the gateway restarts", async () => {
    const options = { handleKeys: [newHandleKey()], appOptions: { shop: { pollByTicketId: true } } };
    await restartGateway(options);
    const random = await gene();
    expect(random).toMatch(/^[\w-]{22}$/);
    await approveAs(aliceToken, random);
    const { ticket } = await checkUntil(random, 2, openBrowser(gateway.url));
    expect(await userinfo({ ticket })).toMatchObject({ code: 2020 });
    expect((await userinfo({ ticket }, basicOf("shop"))).code).toBe(200);
    await restartGateway(options);
    expect((await check(random)).code).toBe(2241);
  });

  it("pollByTicketId applies only to the apps that set it", async () => {
    await restartGateway({ appOptions: { shop: { pollByTicketId: true } } });
    expect(await gene({}, appHeader("blog"))).not.toMatch(/^[\w-]{22}$/);
  });
});

describe("polling", () => {
  it("polls are not rate limited, and a rate limit on creation is reported so that the SDKs show it", async () => {
    await restartGateway({ limits: { ticketsPerMinute: 1, callsPerMinute: 1 } });
    const random = await gene();
    const polls = await Promise.all(Array.from({ length: 100 }, () => check(random)));
    expect(polls.every(({ code }) => code === 200)).toBe(true);

    const second = await call(`${v2}/gene`, {}, appHeader("shop"));
    expect(second).toMatchObject({ http: 200, code: 429, data: null });
    expect(Number(second.headers["retry-after"])).toBeGreaterThan(0);
    expect((await phone("scanned", random, aliceToken)).code).toBe(200);
    expect(await phone("confirm", random, aliceToken)).toMatchObject({ http: 200, code: 429 });
    const inV3 = await call("/api/v3/gene-qrcode", { type: "MOBILE_APP" }, appHeader("shop"));
    expect(inV3).toMatchObject({ http: 200, code: 429, apiCode: 429 });
  });

  it("a poll that overlaps the exchange reports success once more, and later ones report the end", async () => {
    const random = await gene();
    await approveAs(aliceToken, random);
    const { ticket } = await checkUntil(random, 2);
    expect((await userinfo({ ticket }, basicOf("shop"))).code).toBe(200);
    const polls = await Promise.all([1, 2, 3].map(() => check(random)));
    // Each poll seals the ticket again. All sealed tickets are equally valid.
    for (const { data } of polls) {
      expect(data).toMatchObject({ status: 2, ticket: expect.any(String) });
      expect((await userinfo({ ticket: data.ticket }, basicOf("shop"))).code).toBe(200);
    }
    clock.advance(4_900);
    expect((await check(random)).data).toMatchObject({ status: 2 });
    clock.advance(5_100);
    expect((await check(random)).data).toMatchObject({ status: -1, ticket: null });
  });

  it("polling continues at another gateway that has the same key", async () => {
    const handleKeys = [newHandleKey()];
    await restartGateway({ handleKeys });
    const random = await gene();
    const second = await startTestGateway(server.address, { clock, handleKeys });
    await phone("scanned", random, aliceToken);
    await checkUntil(random, 1, openBrowser(second.url));
    await checkUntil(random, 1);
    await second.stop();
  });

  it("polling continues after the gateway restarts", async () => {
    const handleKeys = [newHandleKey()];
    await restartGateway({ handleKeys });
    const random = await gene();
    await checkUntil(random, 0);
    await restartGateway({ handleKeys });
    await approveAs(aliceToken, random);
    await checkUntil(random, 2);
  });

  it("a poll reports expired when the service has lost the ticket", async () => {
    const handleKeys = [newHandleKey()];
    await restartGateway({ handleKeys });
    const random = await gene();
    const empty = await startTestServer({ clock });
    const elsewhere = await startTestGateway(empty.address, { clock, handleKeys });
    await checkUntil(random, -1, openBrowser(elsewhere.url));
    await elsewhere.stop();
    await empty.stop();
  });

  it("a poll reports the last status, and no error, when the gateway's own secret is wrong", async () => {
    const handleKeys = [newHandleKey()];
    await restartGateway({ handleKeys });
    const random = await gene();
    await restartGateway({ handleKeys, appOptions: { shop: { secret: "of yesterday" } } });
    expect(await check(random)).toMatchObject({ http: 200, code: 200, data: { status: 0 } });
    const rejected = await call(`${v2}/gene`, {}, appHeader("shop"));
    expect(rejected).toMatchObject({
      http: 200,
      code: 500,
      message: "the sign-in service failed",
      data: null,
    });
    expect(gateway.logText()).toContain("service failed");
    expect(gateway.logText()).not.toContain("of yesterday");
  });
});
