import { describe, expect, it } from "vitest";
import { type Created, openBrowser } from "../gateway/browser.js";
import { hasChromium, newBrowser, sharedChromium } from "../support/browser/chromium.js";
import { freePort } from "../support/free_port.js";
import { newHandleKey } from "../support/gateway.js";
import { isListening, type RunningProcess } from "../support/process.js";
import { createProject, developmentToken, type Project, packages, startService } from "./project.js";
import { approveSignIn, complete, nicknameIn, openPhone, type Phone, type Site } from "./sign_in.js";
import { type Stack, stacks } from "./stacks.js";

/** A site of another company, as its pages call this one. */
const evil = { origin: "https://evil.example", "sec-fetch-site": "cross-site" };

/** Checks that a user signs in and out, and that only this browser is signed in. */
async function checkSignIn(site: Site, alice: Phone): Promise<void> {
  const browser = openBrowser(site.url);
  expect(await nicknameIn(browser)).toBeUndefined();
  const completion = await approveSignIn(site, browser, alice);

  const other = openBrowser(site.url);
  expect((await complete(other, completion)).status).toBeGreaterThanOrEqual(400);
  await approveSignIn(site, other, alice);
  expect((await complete(other, completion)).status).toBeGreaterThanOrEqual(400);
  expect(await nicknameIn(other)).toBeUndefined();

  expect(await complete(browser, completion)).toMatchObject({ status: 200 });
  expect(await nicknameIn(browser)).toBe("Alice");

  const signedIn = new Map(browser.cookies);
  await browser.ask("/logout", { method: "POST" });
  expect(await nicknameIn(browser)).toBeUndefined();
  // Another tab still has the button.
  expect((await browser.ask("/logout", { method: "POST" })).status).toBeLessThan(400);
  if (site.sessions === "sealed") return;
  for (const [name, value] of signedIn) browser.cookies.set(name, value);
  expect(await nicknameIn(browser)).toBeUndefined();
}

/**
 * Checks that an attacker cannot sign a victim in to the attacker's account, and that a session which the attacker
 * plants does not become the victim's.
 */
async function checkLoginCsrf(site: Site, alice: Phone, mallory: Phone): Promise<void> {
  const attacker = openBrowser(site.url);
  const victim = openBrowser(site.url);
  const planted = await approveSignIn(site, attacker, mallory);
  const own = await approveSignIn(site, victim, alice);
  for (const headers of [evil, {}]) {
    expect((await complete(victim, planted, headers)).status).toBeGreaterThanOrEqual(400);
    expect(await nicknameIn(victim)).toBeUndefined();
  }
  // A backend relies on its SameSite cookie, which no browser sends in this request.
  if (site.completedBy === "gateway") expect((await complete(victim, own, evil)).status).toBe(403);

  // The attacker plants their own session, which must not become the victim's.
  expect((await complete(attacker, planted)).status).toBe(200);
  victim.cookies.set("session", attacker.cookies.get("session") ?? "");
  expect(await nicknameIn(victim)).toBe("Bob");
  expect((await complete(victim, await approveSignIn(site, victim, alice))).status).toBe(200);
  expect(await nicknameIn(victim)).toBe("Alice");
  expect(await nicknameIn(attacker)).not.toBe("Alice");
}

/** Checks the session's cookie: scripts cannot read it, and other sites cannot send it. */
async function checkCookie(
  site: Site,
  alice: Phone,
  name: string,
  attributes: readonly string[],
): Promise<void> {
  const headers = { "x-forwarded-proto": "https", "x-forwarded-host": "shop.example" };
  const browser = openBrowser(site.url, { headers });
  const answer = await complete(browser, await approveSignIn(site, browser, alice));
  const [cookie = "", ...others] = (answer.headers["set-cookie"] ?? []).filter((line) =>
    line.startsWith(name),
  );
  expect(others).toEqual([]);
  const found = cookie.toLowerCase().split(/; */).slice(1);
  expect(found).toEqual(expect.arrayContaining(["path=/", "httponly", "samesite=lax", ...attributes]));
  expect(found.some((attribute) => attribute.startsWith("domain"))).toBe(false);
}

/** Checks that the page signs in with the widget, and out with its form. */
async function checkPage(site: Site, alice: Phone): Promise<void> {
  const page = await (await newBrowser(await sharedChromium())).newPage();
  const created: Promise<Created>[] = [];
  page.on("response", (response) => {
    if (/\/tickets$/.test(response.url()) && response.ok()) created.push(response.json());
  });
  await page.goto(site.url);
  const shown = await page.locator("img.code.loaded").getAttribute("src");
  // In development, React mounts the widget twice, and the first ticket is withdrawn.
  const ticket = (await Promise.all(created)).find(({ pictures }) => shown?.includes(pictures.svg));
  await alice(ticket?.qrContent ?? "");
  // The page's own element, since the widget greets her too, as soon as she has scanned.
  await page.locator("b", { hasText: "Alice" }).waitFor();
  await page.getByRole("button", { name: "Sign out" }).click();
  await page.locator("img.code.loaded").waitFor();
}

/** Checks that the site exits in production without secrets, and says what is missing. */
async function checkMissingSecrets({ startInProduction }: Stack, project: Project): Promise<void> {
  const { code, stderr } = await project.start(startInProduction, { NODE_ENV: "production" }).exited;
  expect(code).toBe(1);
  expect(stderr).toMatch(/secret.*(missing|required|must not be empty)/);
}

/** Starts the site of a project. */
async function startSite(
  { start, startInProduction, completedBy, sessions }: Stack,
  project: Project,
  service: { readonly grpc: string; readonly gateway: string },
  production?: Readonly<Record<string, string>>,
): Promise<Site> {
  const port = await freePort();
  const url = `http://127.0.0.1:${port}`;
  const gatewayUrl = `http://${service.gateway}`;
  const variables = {
    PORT: `${port}`,
    QRLOGIN_SERVICE: service.grpc,
    QRLOGIN_GATEWAY: gatewayUrl,
    ...production,
  };
  const command = (production ? startInProduction : start).replace("3000", `${port}`);
  await waitUntilListening(project.start(command, variables), `127.0.0.1:${port}`);
  return { url, gatewayUrl, completedBy, sessions };
}

/** Waits until the process accepts connections. Rejects if it exits first. */
async function waitUntilListening(site: RunningProcess, address: string): Promise<void> {
  const exited = site.exited.then((exit) => {
    throw new Error(`the site has exited: ${JSON.stringify(exit)}`);
  });
  const listening = expect.poll(() => isListening(address), { timeout: 90_000 }).toBe(true);
  await Promise.race([listening, exited]);
}

describe.skipIf(!packages.isUsable)(`examples of stacks${packages.skipNote}`, () => {
  it.each(stacks.map((stack) => [stack.title, stack] as const))(
    "%s signs a user in, out, and nobody into another's account, with the packed package",
    async (_title, stack) => {
      const project = await createProject(stack);
      const service = await startService(project);
      const alice = openPhone(service.grpc, await developmentToken(project, "alice"));
      const bob = openPhone(service.grpc, await developmentToken(project, "bob"));
      const site = await startSite(stack, project, service);
      await checkSignIn(site, alice);
      await checkLoginCsrf(site, alice, bob);
      await checkCookie(site, alice, "session=", []);
      if (hasChromium) await checkPage(site, alice);

      if (stack.needsSecretsToStart) await checkMissingSecrets(stack, project);
      const settings = {
        NODE_ENV: "production",
        APP_ENV: "production",
        APP_ID: "demo-app",
        APP_SECRET: "demo-secret",
        HANDLE_KEY: newHandleKey(),
        SESSION_SECRET: newHandleKey(),
        TRUSTED_PROXIES: "127.0.0.1",
        PUBLIC_ORIGIN: "https://shop.example",
        HOST: "127.0.0.1",
      };
      const inProduction = await startSite(stack, project, service, settings);
      await checkCookie(inProduction, alice, "__Host-session=", ["secure"]);
    },
    300_000,
  );
});
