import type { Browser, BrowserContext } from "playwright-core";
import { beforeAll, describe, expect, it } from "vitest";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import { openPage, type SitePage } from "../support/browser/page.js";
import {
  exchangeAtBackend,
  scannedByCamera,
  startPageEnvironment,
} from "../support/browser/page_environment.js";
import { type Site, startSite } from "../support/browser/page_site.js";
import { newHandleKey, type TestGateway } from "../support/gateway.js";

const connecting = 0;
const closed = 2;
const appOptions = { shop: { origins: ["http://localhost:*"], requireCodeChallenge: false } };

let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Opens a page of a listed origin, in a separate browser. */
async function openShop(): Promise<SitePage> {
  return openSite(await newBrowser(chromium), await startSite());
}

function openSite(browser: BrowserContext, { port }: Site): Promise<SitePage> {
  return openPage(browser, `http://localhost:${port}/`, { appHost: "", appId: "shop" });
}

const urlOf = ({ address }: TestGateway) => `http://localhost:${address.split(":")[1]}/qrlogin/v1/tickets`;

interface CreatedTicket {
  readonly handle: string;
  readonly ticketId: string;
  readonly qrContent: string;
}

/** Creates a ticket in the page and subscribes to it with EventSource. */
async function createAndSubscribe(page: SitePage, gateway: TestGateway): Promise<CreatedTicket> {
  const { status, body } = (await page.run("call", urlOf(gateway), {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ appId: "shop" }),
  })) as { status: number; body: CreatedTicket };
  expect(status).toBe(201);
  await page.run("subscribe", eventsOf(gateway, body));
  return body;
}

const eventsOf = (gateway: TestGateway, { handle }: CreatedTicket) =>
  `${urlOf(gateway)}/events?handle=${handle}`;

/** Resolves with the states of the next events. */
async function nextStates(page: SitePage, count: number): Promise<unknown[]> {
  const seen: unknown[] = [];
  while (seen.length < count) {
    const [status] = (await page.next("status")) as [{ state: string }];
    seen.push(status.state);
  }
  return seen;
}

describe.skipIf(!hasChromium)(`EventSource in Chromium${withoutChromium}`, () => {
  it("EventSource receives every state, and closes after the last one", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const gateway = await start({ appOptions });
    const page = await openShop();
    const { ticketId, qrContent } = await createAndSubscribe(page, gateway);
    expect(await nextStates(page, 1)).toEqual(["PENDING"]);
    await phone.markScanned(scannedByCamera(qrContent));
    expect(await page.next("status")).toMatchObject([
      { state: "SCANNED", scannedBy: { nickname: "alice-nick" } },
    ]);
    await phone.authorize({ ticketId });
    const [authorized] = (await page.next("status")) as [{ state: string; exchangeTicket: string }];
    expect(authorized.state).toBe("AUTHORIZED");
    expect(await exchangeAtBackend(gateway, authorized.exchangeTicket)).toMatchObject({ code: 200 });
    expect(await nextStates(page, 1)).toEqual(["EXCHANGED"]);
    // The stream ends, EventSource reconnects, and the response is 204.
    expect(await page.next("error")).toEqual([connecting]);
    expect(await page.next("error")).toEqual([closed]);
    const streams = gateway.lines.filter(({ route }) => route === "/qrlogin/v1/tickets/events");
    expect(streams.map(({ status }) => status)).toEqual([200, 204]);
  });

  it("EventSource continues after a restart of the gateway", async () => {
    const { phone, gateway: start } = await startPageEnvironment();
    const shared = { appOptions, handleKeys: [newHandleKey()] };
    const before = await start(shared);
    const page = await openShop();
    const { qrContent } = await createAndSubscribe(page, before);
    expect(await nextStates(page, 1)).toEqual(["PENDING"]);
    await before.stop();
    expect(await page.next("error")).toEqual([connecting]);
    await start({ ...shared, port: Number(before.address.split(":")[1]) });
    expect(await nextStates(page, 1)).toEqual(["PENDING"]);
    await phone.markScanned(scannedByCamera(qrContent));
    expect(await nextStates(page, 1)).toEqual(["SCANNED"]);
  });

  it("another browser with the handle receives no events", async () => {
    const { gateway: start } = await startPageEnvironment();
    const gateway = await start({ appOptions });
    const victim = await openShop();
    const created = await createAndSubscribe(victim, gateway);
    expect(await nextStates(victim, 1)).toEqual(["PENDING"]);
    const thief = await openShop();
    await createAndSubscribe(thief, gateway);
    expect(await nextStates(thief, 1)).toEqual(["PENDING"]);
    await thief.run("subscribe", eventsOf(gateway, created));
    expect(await thief.next("error")).toEqual([closed]);
    expect(gateway.lines.filter(({ reason }) => reason === "TICKET_NOT_FOUND")).toHaveLength(1);
  });

  it("a page of an unlisted origin receives no events", async () => {
    const { gateway: start } = await startPageEnvironment();
    const listed = await startSite();
    const gateway = await start({ appOptions: { shop: { origins: [`http://localhost:${listed.port}`] } } });
    // The same browser, so that the unlisted page sends the cookie to which the ticket is bound.
    const browser = await newBrowser(chromium);
    const shop = await openSite(browser, listed);
    const created = await createAndSubscribe(shop, gateway);
    expect(await nextStates(shop, 1)).toEqual(["PENDING"]);
    const unlisted = await openSite(browser, await startSite());
    await unlisted.run("subscribe", eventsOf(gateway, created));
    expect(await unlisted.next("error")).toEqual([closed]);
    await expect(createAndSubscribe(unlisted, gateway)).rejects.toThrow("Failed to fetch");
    const rejected = gateway.lines.filter(({ reason }) => reason === "ORIGIN_NOT_ALLOWED");
    expect(rejected.map(({ status }) => status)).toEqual([403, 403]);
    // The same URL works for a second reader on the listed page.
    await shop.run("subscribe", eventsOf(gateway, created));
    expect(await nextStates(shop, 1)).toEqual(["PENDING"]);
  });
});
