import { afterEach, beforeEach } from "vitest";
import { type Calls, callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { createManualClock, type ManualClock } from "../support/clock.js";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { startTestServer, type TestServer, type TestServerOptions } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { type Browser, type Created, openBrowser } from "./browser.js";

// Set before each test. Importers see the current values.
export let server: TestServer;
export let gateway: TestGateway;
export let clock: ManualClock;
export let browser: Browser;
/** Client of the phone of alice, and the token with which it signs her in. */
export let alice: Calls;
export let aliceToken: string;

/** Differences from the usual set-up. */
export interface SetUpOptions {
  readonly service?: TestServerOptions;
  readonly gateway?: TestGatewayOptions;
}

/**
 * Starts a service and a gateway before each test of the file, with one manual clock, and opens a browser.
 */
export function setUpGateway({ service = {}, gateway: options = {} }: SetUpOptions = {}): void {
  beforeEach(async () => {
    clock = createManualClock(Date.now());
    server = await startTestServer({ clock, ...service });
    gateway = await startTestGateway(server.address, { clock, ...options });
    browser = openBrowser(gateway.url);
    aliceToken = await signToken("alice");
    alice = callersOf(server.client).user(aliceToken);
  });
  afterEach(async () => {
    await gateway.stop();
    await server.stop();
  });
}

/** Replaces the running gateway with another one, and opens a browser without cookies. */
export async function restartGateway(options: TestGatewayOptions): Promise<void> {
  await gateway.stop();
  gateway = await startTestGateway(server.address, { clock, ...options });
  browser = openBrowser(gateway.url);
}

/** Replaces the running service and gateway, and opens a browser without cookies. */
export async function restartService(
  options: TestServerOptions,
  gatewayOptions: TestGatewayOptions = {},
): Promise<void> {
  await gateway.stop();
  await server.stop();
  server = await startTestServer({ clock, ...options });
  gateway = await startTestGateway(server.address, { clock, ...gatewayOptions });
  browser = openBrowser(gateway.url);
  alice = callersOf(server.client).user(aliceToken);
}

/** Scans the code as alice. */
export async function scan({ qrContent }: Pick<Created, "qrContent">): Promise<void> {
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
}

/** Scans the code as alice, and approves. */
export async function approve(ticket: Pick<Created, "qrContent" | "ticketId">): Promise<void> {
  await scan(ticket);
  responseOrThrow(await alice.authorize({ ticketId: ticket.ticketId }));
}
