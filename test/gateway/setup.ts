import { afterEach, beforeEach } from "vitest";
import { type Calls, callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { type Browser, type Created, openBrowser } from "./browser.js";

// Set anew before each test; whoever imports them sees the present ones.
export let server: TestServer;
export let gateway: TestGateway;
export let clock: ManualClock;
export let browser: Browser;
export let alice: Calls;

/** How the stage differs from the usual one. */
export interface SetUpOptions {
  readonly service?: TestServerOptions;
  readonly gateway?: TestGatewayOptions;
}

/** Gives each test of the file a service and a gateway before it, with one clock that stands still, and a browser. */
export function setUpGateway({ service = {}, gateway: options = {} }: SetUpOptions = {}): void {
  beforeEach(async () => {
    clock = createManualClock(Date.now());
    server = await startTestServer({ clock, ...service });
    gateway = await startTestGateway(server.address, { clock, ...options });
    browser = openBrowser(gateway.url);
    alice = callersOf(server.client).user(await signToken("alice"));
  });
  afterEach(async () => {
    await gateway.stop();
    await server.stop();
  });
}

/** Puts another gateway in the place of the one that runs, and a browser that knows nothing. */
export async function restartGateway(options: TestGatewayOptions): Promise<void> {
  await gateway.stop();
  gateway = await startTestGateway(server.address, { clock, ...options });
  browser = openBrowser(gateway.url);
}

/** Alice scans the code. */
export async function scan({ qrContent }: Pick<Created, "qrContent">): Promise<void> {
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
}

/** Alice scans the code and agrees. */
export async function approve(ticket: Pick<Created, "qrContent" | "ticketId">): Promise<void> {
  await scan(ticket);
  responseOrThrow(await alice.authorize({ ticketId: ticket.ticketId }));
}
