import { describe, expect, it } from "vitest";
import { newSecret, newTicketId } from "../../src/domain/secrets.js";
import type { SealedKind } from "../../src/gateway/tickets/sealed_kind.js";
import { createSealer } from "../../src/gateway/tickets/sealer.js";
import { appSecrets } from "../support/server.js";
import { notFound, withoutRequestId } from "./attacker.js";
import { api, eventsPath, openBrowser, openCookieClient } from "./browser.js";
import type { TestResponse } from "./http.js";
import { browser, clock, gateway, restartGateway, setUpGateway } from "./setup.js";

const [key, retired] = [newSecret(), newSecret()];
const appOptions = { shop: { exchangeFromBrowser: true }, blog: { exchangeFromBrowser: true } };

setUpGateway({ gateway: { handleKeys: [key], handleTtlMs: 300_000, appOptions } });

/** Every way in which the gateway's own API takes a handle. */
const uses: Readonly<Record<string, (handle: string, by: typeof browser) => Promise<TestResponse>>> = {
  status: (handle, by) => by.status(handle),
  "events by address": (handle, by) => by.get(eventsPath(handle)),
  "events by header": (handle, by) => by.get(`${api}/tickets/events`, { "qrlogin-handle": handle }),
  withdraw: (handle, by) => by.withdraw(handle),
  "authing-exchange-ticket": (handle, by) => by.exchange(handle),
};

/** Expects the single response for any ticket that is not the caller's, including the headers. */
async function expectNotFound(handle: string, by = browser): Promise<void> {
  for (const [use, call] of Object.entries(uses)) {
    const answer = await call(handle, by);
    const { status, headers } = answer;
    expect({ use, status, text: withoutRequestId(answer), type: headers["content-type"] }).toEqual({
      use,
      status: 404,
      text: notFound,
      type: "application/problem+json; charset=utf-8",
    });
    expect(headers["set-cookie"]).toBeUndefined();
  }
}

/** Seals a handle as the gateway does, with changed content. */
function sealed(
  changes: { app?: string; id?: string; secret?: string } | unknown,
  { kind = "handle", boundTo }: { kind?: SealedKind; boundTo?: string | undefined } = {},
): Promise<string> {
  return createSealer([key], clock).seal(kind, changes, { boundTo, expiresAt: clock.now() + 60_000 });
}

/** Opens a handle and returns its content and binding. */
async function opened(handle: string) {
  const found = await createSealer([key, retired], clock).open("handle", handle);
  return { content: found?.content as { app: string; id: string; secret: string }, boundTo: found?.boundTo };
}

describe("handles that get TICKET_NOT_FOUND", () => {
  it("there is no such ticket for a handle that was tampered with", async () => {
    const { handle } = await browser.create();
    for (const changed of [`${handle}A`, handle.slice(1), handle.replace("..", "."), handle.toUpperCase()]) {
      await expectNotFound(changed);
    }
    expect((await browser.status(handle)).status).toBe(200);
  });

  it("there is no such ticket for a handle that has expired, to the millisecond", async () => {
    const { handle } = await browser.create({ appId: "shop", ttlMs: 600_000 });
    clock.advance(300_000 - 1);
    expect((await browser.status(handle)).status).toBe(200);
    // The handle holds whole seconds.
    clock.advance(1_000);
    await expectNotFound(handle);
  });

  it("there is no such ticket for a handle that was sealed with a key that was removed", async () => {
    await restartGateway({ handleKeys: [retired] });
    const { handle } = await browser.create();
    const { cookies } = browser;
    await restartGateway({ handleKeys: [key, retired], appOptions });
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    expect((await browser.status(handle)).status).toBe(200);
    await restartGateway({ handleKeys: [key], appOptions });
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    await expectNotFound(handle);
  });

  it("there is no such ticket for a handle in a browser that it is not bound to", async () => {
    const { handle } = await browser.create();
    const other = openBrowser(gateway.url);
    await expectNotFound(handle, openCookieClient(gateway.url));
    await other.create();
    expect(other.cookies.size).toBe(1);
    await expectNotFound(handle, other);
    expect((await browser.status(handle)).json.state).toBe("PENDING");
  });

  it("there is no such ticket for a handle with cookies that only resemble the right one", async () => {
    const { handle } = await browser.create();
    const [[name = "", value = ""] = []] = [...browser.cookies];
    for (const pair of [`${name}=`, `${name}=${value}x`, `${name}=${value.slice(1)}`, `other=${value}`]) {
      await expectNotFound(handle, openCookieClient(gateway.url, { headers: { cookie: pair } }));
    }
    const right = openBrowser(gateway.url, { headers: { cookie: `a=b; ${name}=${value}; c=d` } });
    expect((await right.status(handle)).status).toBe(200);
  });

  it("there is no such ticket for a handle of the Authing API, even in the right browser", async () => {
    const { handle } = await browser.create();
    const { content, boundTo } = await opened(handle);
    await expectNotFound(await sealed(content, { kind: "authing-handle", boundTo }));
    await expectNotFound(await sealed(content, { kind: "authing-exchange-ticket", boundTo }));
    await expectNotFound(await sealed(content, { kind: "image", boundTo }));
    // A handle of the right kind that is sealed the same way is valid.
    expect((await browser.status(await sealed(content, { boundTo }))).status).toBe(200);
  });

  it("there is no such ticket for a handle without a binding if the app binds handles", async () => {
    const { handle } = await browser.create();
    const { content } = await opened(handle);
    await expectNotFound(await sealed(content));
    await expectNotFound(await sealed(content, { boundTo: "" }));
  });

  it("there is no such ticket for a handle that names another app, ticket or secret", async () => {
    const { handle } = await browser.create();
    const { content, boundTo } = await opened(handle);
    const changes = [{ app: "blog" }, { app: "elsewhere" }, { id: newTicketId() }, { secret: newSecret() }];
    for (const change of changes) await expectNotFound(await sealed({ ...content, ...change }, { boundTo }));
  });

  it("there is no such ticket for a handle whose content is not a ticket", async () => {
    await browser.create();
    const [value = ""] = browser.cookies.values();
    for (const content of [null, "text", [], {}, { app: "shop" }, { app: "shop", id: 1, secret: [] }]) {
      await expectNotFound(await sealed(content, { boundTo: value }));
    }
  });

  it("there is no such ticket for a ticket id, a ticket secret, an exchange ticket or any other text", async () => {
    const { ticketId, handle, qrContent } = await browser.create();
    const { secret } = (await opened(handle)).content;
    for (const text of [ticketId, secret, `${ticketId}.${secret}`, "x", ".....", "null"]) {
      await expectNotFound(text);
    }
    expect((await browser.get(eventsPath(encodeURIComponent(qrContent)))).status).toBe(404);
    expect((await browser.get(`${api}/tickets/status`)).status).toBe(404);
    expect((await browser.get(`${api}/tickets/events`)).status).toBe(404);
    const twice = `${eventsPath(handle)}&handle=${handle}`;
    expect((await browser.get(twice)).status).toBe(404);
  });

  it("there is no such ticket for a handle whose ticket the service has purged", async () => {
    await restartGateway({ handleKeys: [key], appOptions, handleTtlMs: 3_600_000 });
    const { handle } = await browser.create();
    await clock.advanceAsync(121_000);
    expect((await browser.status(handle)).json.state).toBe("EXPIRED");
    await clock.advanceAsync(601_000);
    await expectNotFound(handle);
  });

  it("there is no such ticket for a handle of an app that is no longer configured", async () => {
    const { handle } = await browser.create({ appId: "blog" });
    const { cookies } = browser;
    await restartGateway({ handleKeys: [key], apps: [{ id: "shop", secret: appSecrets.shop }] });
    for (const [name, value] of cookies) browser.cookies.set(name, value);
    await expectNotFound(handle);
  });

  it("there is no such ticket for an unbound handle once the app binds handles", async () => {
    await restartGateway({ handleKeys: [key], appOptions: { shop: { bindToBrowser: false } } });
    const { handle } = await browser.create();
    expect(browser.cookies.size).toBe(0);
    expect((await openBrowser(gateway.url).status(handle)).status).toBe(200);
    await restartGateway({ handleKeys: [key], appOptions });
    await expectNotFound(handle);
  });
});

describe("a handle", () => {
  it("a handle reveals neither ticket, secret nor app", async () => {
    const { handle, ticketId } = await browser.create();
    const [head = "", ...rest] = handle.split(".");
    const header = JSON.parse(Buffer.from(head, "base64url").toString("utf8")) as Record<string, unknown>;
    expect(Object.keys(header).sort()).toEqual(["alg", "bnd", "enc", "exp", "kid", "typ"]);
    const [cookie = ""] = browser.cookies.values();
    for (const part of [head, ...rest].map((text) => Buffer.from(text, "base64url").toString("latin1"))) {
      for (const secret of [ticketId, "shop", cookie]) expect(part).not.toContain(secret);
    }
  });

  it("a handle stands for its own ticket and for no other of the same browser", async () => {
    const [first, second] = [await browser.create(), await browser.create()];
    await browser.withdraw(first.handle);
    expect((await browser.status(first.handle)).json).toMatchObject({ ticketId: first.ticketId });
    expect((await browser.status(second.handle)).json).toMatchObject({
      ticketId: second.ticketId,
      state: "PENDING",
    });
  });
});
