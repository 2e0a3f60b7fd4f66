import { onTestFinished } from "vitest";
import { createApproverClient } from "../../src/client/index.js";
import { type Browser, openBrowser } from "../gateway/browser.js";
import type { TestResponse } from "../gateway/http.js";
import { scannedByText } from "../support/callers.js";
import type { Stack } from "./stacks.js";

/** A site that runs, and the gateway that its pages use. */
export interface Site {
  readonly url: string;
  readonly gatewayUrl: string;
  readonly completedBy: Stack["completedBy"];
  readonly sessions: Stack["sessions"];
}

/** Scans and approves a code. */
export type Phone = (qrContent: string) => Promise<void>;

/** The request by which a page completes a sign-in that its user has approved. */
export interface Completion {
  readonly path: string;
  readonly contentType: string;
  readonly body: string;
}

/** Returns the phone of the user whose token this is. It is closed at the end of the test. */
export function openPhone(address: string, token: string): Phone {
  const client = createApproverClient({ address, token });
  onTestFinished(() => client.close());
  return async (qrContent) => {
    const { ticketId } = await client.markScanned({ scanned: scannedByText(qrContent) });
    await client.authorize({ ticketId });
  };
}

/**
 * Creates a ticket in this browser and approves it while the browser reads its events. Resolves with the request that
 * completes the sign-in, which is not sent.
 */
export async function approveSignIn(site: Site, browser: Browser, phone: Phone): Promise<Completion> {
  const { gateway, ticket } = await openGateway(site, browser);
  const { handle, qrContent } = await gateway.create(ticket);
  const events = gateway.events(handle);
  await phone(qrContent);
  for (;;) {
    const event = await events.next();
    if (event?.type !== "status") throw new Error(`the stream sent ${JSON.stringify(event)}`);
    const { state, exchangeTicket } = event.data;
    if (state !== "AUTHORIZED") continue;
    events.close();
    if (site.completedBy === "backend")
      return { path: "/login", contentType: "text/plain", body: String(exchangeTicket) };
    const path = "/qrlogin/v1/tickets/complete";
    return { path, contentType: "application/json", body: JSON.stringify({ handle }) };
  }
}

/** Resolves with the browser at the gateway, and with the fields of its ticket. */
async function openGateway({ url, gatewayUrl, completedBy }: Site, browser: Browser) {
  if (completedBy === "gateway") return { gateway: browser, ticket: {} };
  const { text } = await browser.get("/");
  const [, codeChallenge] = /codeChallenge: \(\) => "([\w-]{43})"/.exec(text) ?? [];
  const headers = { origin: url };
  const gateway = openBrowser(gatewayUrl, { headers, browserHeaders: { "sec-fetch-site": "same-site" } });
  return { gateway, ticket: { codeChallenge } };
}

/** Sends the request that completes a sign-in. */
export const complete = (
  browser: Browser,
  { path, contentType, body }: Completion,
  headers: Readonly<Record<string, string>> = {},
): Promise<TestResponse> =>
  browser.ask(path, { method: "POST", headers: { "content-type": contentType, ...headers }, body });

/** Resolves with the nickname of the user who is signed in, or with undefined if nobody is. */
export async function nicknameIn(browser: Browser): Promise<unknown> {
  const answer = await browser.get("/me");
  if (answer.status !== 200) throw new Error(`/me answers ${answer.status}: ${answer.text}`);
  return (answer.json.user as { nickname: string } | null | undefined)?.nickname;
}
