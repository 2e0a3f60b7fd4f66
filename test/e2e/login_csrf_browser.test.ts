import cookie from "@fastify/cookie";
import fastify, { type FastifyInstance, type FastifyPluginAsync } from "fastify";
import type { Browser, BrowserContext, Page } from "playwright-core";
import { beforeAll, describe, expect, it, onTestFinished } from "vitest";
import { createApproverClient } from "../../src/client/index.js";
import { type GatewayOptions, qrLoginGateway } from "../../src/gateway/index.js";
import { hasChromium, newBrowser, sharedChromium, withoutChromium } from "../support/browser/chromium.js";
import {
  type DocumentedSite,
  type DocumentedSiteOptions,
  documentedBackend,
  documentedPage,
  documentedPageWithBackend,
  startDocumentedSite,
} from "../support/browser/documented_site.js";
import {
  exchangeAtBackend,
  scannedByCamera,
  startPageEnvironment,
  ticketIdIn,
} from "../support/browser/page_environment.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";
import { signToken } from "../support/tokens.js";

const tls = { cert: certificate, key: privateKey };
let chromium: Browser;
beforeAll(async () => {
  if (hasChromium) chromium = await sharedChromium();
});

/** Scans and approves a code on a user's phone. */
type Approve = (qrContent: string) => Promise<void>;

async function phoneOf(name: string, address: string): Promise<Approve> {
  const client = createApproverClient({ address, tls: false, token: await signToken(name) });
  onTestFinished(() => client.close());
  return async (qrContent) => {
    await client.markScanned(scannedByCamera(qrContent));
    await client.authorize({ ticketId: ticketIdIn(qrContent) });
  };
}

/** Opens a page and resolves with the content of the code that its widget requests. */
async function openCode(page: Page, url: string): Promise<string> {
  const created = page.waitForResponse(
    (response) => /\/qrlogin\/v1\/tickets$/.test(response.url()) && response.ok(),
  );
  await page.goto(url);
  const { qrContent } = (await (await created).json()) as { qrContent: string };
  return qrContent;
}

/** Opens a page of the attacker at any address. */
async function openEvil(context: BrowserContext, url: string): Promise<Page> {
  const page = await context.newPage();
  await page.route(url, (route) => route.fulfill({ contentType: "text/html", body: "<h1>A prize!</h1>" }));
  await page.goto(url);
  return page;
}

/** Plants cookies for the whole domain, in variants that try to get around the prefix `__Host-`. */
async function plantCookies(
  evil: Page,
  names: readonly string[],
  value: string,
  domain: string,
): Promise<void> {
  const cookies = names.flatMap((name) => [
    `${name}=${value}; Domain=${domain}; Path=/; Secure`,
    `=${name}=${value}; Domain=${domain}; Path=/; Secure`,
    `${name.toLowerCase()}=${value}; Domain=${domain}; Path=/; Secure`,
    `${name.replace(/^__Host-/, "")}=${value}; Domain=${domain}; Path=/; Secure`,
  ]);
  await evil.evaluate(`for (const one of ${JSON.stringify(cookies)}) document.cookie = one`);
}

/**
 * Posts a form, as any page can to any site. The body is valid JSON for a server that ignores the content type.
 */
async function postByForm(evil: Page, url: string, body: object): Promise<void> {
  const [name = "", value = ""] = JSON.stringify({ ...body, more: "=" }).split(/=(?="}$)/);
  const answered = evil.waitForResponse(url);
  await evil.evaluate(`{
    const form = Object.assign(document.createElement("form"),
      { method: "POST", enctype: "text/plain", action: ${JSON.stringify(url)}, target: "_blank" });
    const field = Object.assign(document.createElement("input"), ${JSON.stringify({ name, value })});
    form.target = "";
    form.append(field);
    document.body.append(form);
    form.submit();
  }`);
  await answered;
}

/** Posts JSON from a page. Resolves with the status, or with undefined if the browser blocks the response. */
const post = (page: Page, url: string, body: object): Promise<number | undefined> =>
  page.evaluate(`fetch(${JSON.stringify(url)}, { method: "POST", credentials: "include",
    headers: { "content-type": "application/json" }, body: ${JSON.stringify(JSON.stringify(body))} })
    .then(({ status }) => status, () => undefined)`);

describe.skipIf(!hasChromium)(`login CSRF, in Chromium${withoutChromium}`, () => {
  /**
   * Starts a site at https://shop.example.com, its gateway at https://login.example.com, a victim and an
   * attacker.
   */
  async function startSiteAndAttacker(
    shopOptions: { readonly requireCodeChallenge?: boolean } = {},
    vulnerableBackend?: DocumentedSiteOptions["backend"],
  ) {
    const { server, gateway: start } = await startPageEnvironment();
    let gatewayUrl = "";
    const site = await startDocumentedSite({
      tls,
      host: "shop.example.com",
      backend: vulnerableBackend ?? documentedBackend({ address: server.address, tls: false }),
      page: () =>
        documentedPageWithBackend(gatewayUrl).replace(vulnerableBackend ? /codeChallenge: .*\n/ : "", ""),
    });
    const gateway = await start({ tls, appOptions: { shop: { origins: [site.origin], ...shopOptions } } });
    gatewayUrl = `https://login.example.com:${new URL(gateway.url).port}`;
    return {
      site,
      gateway,
      alice: await phoneOf("alice", server.address),
      mallory: await phoneOf("mallory", server.address),
      victim: await newBrowser(chromium),
      attacker: await newBrowser(chromium),
    };
  }

  /**
   * Returns the exchange ticket of a code that the attacker has approved with their own phone and kept from the
   * site.
   */
  async function stealTicket(
    attacker: BrowserContext,
    site: DocumentedSite,
    mallory: Approve,
  ): Promise<string> {
    const page = await attacker.newPage();
    await page.route("**/login", (route) => route.abort());
    const posted = page.waitForRequest("**/login");
    await mallory(await openCode(page, site.origin));
    const { exchangeTicket } = (await posted).postDataJSON() as { exchangeTicket: string };
    return exchangeTicket;
  }

  it("login CSRF fails against a site built from the documentation, where a genuine sign-in succeeds", async () => {
    const { site, alice, mallory, victim, attacker } = await startSiteAndAttacker();
    const exchangeTicket = await stealTicket(attacker, site, mallory);
    const page = await victim.newPage();
    const qrContent = await openCode(page, site.origin);
    const login = `${site.origin}/login`;
    const signedIn = async () => site.signedIn(await victim.cookies(site.origin));

    // From a page of the attacker, and from the site's own page, in case the first gets through.
    await postByForm(await openEvil(victim, "https://evil.test/"), login, { exchangeTicket });
    expect(
      await post(await openEvil(victim, "https://evil.test/"), login, { exchangeTicket }),
    ).toBeUndefined();
    expect(await post(page, login, { exchangeTicket })).toBeGreaterThanOrEqual(400);
    expect(await signedIn()).toBeUndefined();
    // From another host of the domain, which plants the attacker's verifier and session.
    const evil = await openEvil(victim, "https://evil.example.com/");
    for (const { name, value } of await attacker.cookies(site.origin)) {
      await plantCookies(evil, [name, "__Host-session"], value, "example.com");
    }
    await postByForm(evil, login, { exchangeTicket });
    expect(await post(page, login, { exchangeTicket })).toBeGreaterThanOrEqual(400);
    expect(await signedIn()).toBeUndefined();
    // In a browser that has not started a sign-in.
    const idle = await newBrowser(chromium);
    await postByForm(await openEvil(idle, "https://evil.test/"), login, { exchangeTicket });
    expect(site.signedIn(await idle.cookies(site.origin))).toBeUndefined();

    await alice(qrContent);
    await expect.poll(signedIn, { timeout: 20_000 }).toBe("alice-nick");
    // The ticket works in the attacker's own browser, so it was not rejected for another reason.
    expect(await post(await openSite(attacker, site), login, { exchangeTicket })).toBe(200);
    expect(site.signedIn(await attacker.cookies(site.origin))).toBe("mallory-nick");
  });

  it("login CSRF fails with a ticket without a code challenge, for which pages get no exchange ticket", async () => {
    const { site, gateway, mallory, attacker } = await startSiteAndAttacker();
    const page = await openSite(attacker, site);
    const { handle, qrContent } =
      (await page.evaluate(`fetch("${gatewayOf(gateway.url)}/qrlogin/v1/tickets", {
      method: "POST", credentials: "include", headers: { "content-type": "application/json" }, body: "{}" })
      .then((response) => response.json())`)) as { handle: string; qrContent: string };
    await mallory(qrContent);
    const status = () =>
      page.evaluate(`fetch("${gatewayOf(gateway.url)}/qrlogin/v1/tickets/status",
        { credentials: "include", headers: { "qrlogin-handle": "${handle}" } }).then((response) => response.json())`);
    await expect.poll(status).toMatchObject({ state: "AUTHORIZED", exchangeTicket: null });
  });

  it("login CSRF succeeds against a site that exchanges any posted ticket, so the attack works", async () => {
    const vulnerableBackend: DocumentedSiteOptions["backend"] = async (server, startSession) => {
      server.post("/login", async (request, reply) => {
        const { exchangeTicket } = request.body as { exchangeTicket: string };
        const { data } = (await exchangeAtBackend(environment.gateway, exchangeTicket, certificate)) as {
          data: { nickname: string };
        };
        const options = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;
        reply.setCookie("__Host-session", await startSession(data), options);
        return { nickname: data.nickname };
      });
    };
    const environment = await startSiteAndAttacker({ requireCodeChallenge: false }, vulnerableBackend);
    const { site, mallory, victim, attacker } = environment;
    const exchangeTicket = await stealTicket(attacker, site, mallory);
    const page = await openSite(victim, site);
    expect(await post(page, `${site.origin}/login`, { exchangeTicket })).toBe(200);
    expect(site.signedIn(await victim.cookies(site.origin))).toBe("mallory-nick");
  });

  it("login CSRF fails if the gateway completes the sign-in, also with cookies planted by another host", async () => {
    const { server } = await startPageEnvironment();
    const host: FastifyInstance = fastify({ https: tls, forceCloseConnections: true });
    onTestFinished(() => host.close());
    await host.register(cookie);
    const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
    await host.register(plugin, {
      service: { address: server.address, tls: false },
      apps: [{ id: "shop", secret: appSecrets.shop }],
      handleKeys: [newHandleKey()],
      onSignIn: async ({ user }, _request, reply) => {
        const options = { httpOnly: true, secure: true, sameSite: "lax", path: "/" } as const;
        reply.setCookie("__Host-session", String(user?.nickname), options);
        return { nickname: user?.nickname };
      },
    });
    host.get("/", async (_request, reply) => reply.type("text/html").send(documentedPage()));
    const { port } = new URL(await host.listen({ host: "127.0.0.1", port: 0 }));
    const origin = `https://shop.example.com:${port}`;
    const complete = `${origin}/qrlogin/v1/tickets/complete`;
    const victim = await newBrowser(chromium);
    const attacker = await newBrowser(chromium);
    const session = async (context: BrowserContext) =>
      (await context.cookies(origin)).find(({ name }) => name === "__Host-session")?.value;

    const own = await attacker.newPage();
    await own.route("**/complete", (route) => route.abort());
    const posted = own.waitForRequest("**/complete");
    await (await phoneOf("mallory", server.address))(await openCode(own, origin));
    const { handle } = (await posted).postDataJSON() as { handle: string };

    const shop = await victim.newPage();
    const qrContent = await openCode(shop, origin);
    const evil = await openEvil(victim, "https://evil.example.com/");
    const [bound] = (await attacker.cookies(origin)).filter(({ name }) => name.includes("qrlogin"));
    expect(bound?.name).toMatch(/^__Host-qrlogin-browser-/);
    await plantCookies(evil, [bound?.name ?? ""], bound?.value ?? "", "example.com");
    await postByForm(evil, complete, { handle });
    expect(
      await post(await openEvil(victim, "https://evil.example.com/"), complete, { handle }),
    ).toBeUndefined();
    expect(await post(shop, complete, { handle })).toBe(404);
    expect(await session(victim)).toBeUndefined();

    await (await phoneOf("alice", server.address))(qrContent);
    await expect.poll(() => session(victim), { timeout: 20_000 }).toBe("alice-nick");
    await own.unroute("**/complete");
    expect(await post(own, complete, { handle })).toBe(200);
    expect(await session(attacker)).toBe("mallory-nick");
  });
});

async function openSite(context: BrowserContext, { origin }: DocumentedSite): Promise<Page> {
  const page = await context.newPage();
  await page.goto(origin);
  return page;
}

function gatewayOf(url: string): string {
  return `https://login.example.com:${new URL(url).port}`;
}
