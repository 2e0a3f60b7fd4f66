import { expect, it } from "vitest";
import { callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { signToken } from "../support/tokens.js";
import { api, openBrowser } from "./browser.js";
import { clock, gateway, server, setUpGateway } from "./setup.js";

setUpGateway({
  service: { settings: { tickets: { minPollInterval: "500ms" } } },
  gateway: {
    trustedProxies: ["127.0.0.1"],
    appOptions: { shop: { exchangeFromBrowser: true, requireCodeChallenge: false } },
  },
});

const openBrowserAt = (address: string) =>
  openBrowser(gateway.url, { headers: { "x-forwarded-for": address } });

/** Signs a person in from a browser in the office, with a status call after each step. */
async function signIn(person: number): Promise<void> {
  const browser = openBrowserAt("192.0.2.7");
  const phone = callersOf(server.client).user(await signToken(`person-${person}`));
  const { handle, qrContent, ticketId } = await browser.create();
  expect((await browser.status(handle)).json.state).toBe("PENDING");
  responseOrThrow(await phone.markScanned(scannedByText(qrContent)));
  responseOrThrow(await phone.authorize({ ticketId }));
  expect((await browser.exchange(handle)).status).toBe(200);
}

it("500 people behind one address sign in through the gateway within five minutes, and an attacker is stopped", async () => {
  // Without a cookie, so that its tickets count for no screen.
  const attack = () => openBrowserAt("203.0.113.66").post(`${api}/tickets`, { appId: "shop" });
  const outcomes: Record<string, number> = {};
  const start = clock.now();
  for (let group = 0; group < 50; group++) {
    await Promise.all(Array.from({ length: 10 }, (_, index) => signIn(10 * group + index)));
    const answers = await Promise.all(Array.from({ length: 30 }, attack));
    for (const { status, json } of answers) {
      const outcome = `${status} ${json.limit ?? ""}`.trim();
      outcomes[outcome] = (outcomes[outcome] ?? 0) + 1;
    }
    clock.advance(1_000);
  }
  expect(clock.now() - start).toBeLessThanOrEqual(300_000);
  expect(outcomes).toEqual({ "201": 600, "429 requester_address": 900 });
});
