import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createNodeHandler, type NodeHandler } from "../../src/gateway/node/index.js";
import type { GatewaySettings, SignIn } from "../../src/gateway/options.js";
import { createFetchHandler } from "../../src/gateway/web/index.js";
import { type Calls, callersOf, responseOrThrow, scannedByText } from "../support/callers.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { type Browser, type Created, openBrowser } from "./browser.js";

let server: TestServer;
let alice: Calls;
let host: Server;

beforeEach(async () => {
  server = await startTestServer();
  alice = callersOf(server.client).user(await signToken("alice"));
});
afterEach(async () => server.stop());

const settings = (): GatewaySettings => ({
  service: { address: server.address },
  apps: [{ id: "shop", secret: appSecrets.shop }],
  handleKeys: [newHandleKey()],
});

async function listen(listener: RequestListener): Promise<Browser> {
  host = createServer(listener);
  await new Promise<void>((resolve) => host.listen(0, "127.0.0.1", resolve));
  return openBrowser(`http://127.0.0.1:${(host.address() as AddressInfo).port}`);
}

async function approve({ qrContent, ticketId }: Created): Promise<void> {
  responseOrThrow(await alice.markScanned(scannedByText(qrContent)));
  responseOrThrow(await alice.authorize({ ticketId }));
}

/** Creates a ticket, approves it while its events are read, and completes the sign-in. */
async function signIn(browser: Browser) {
  const created = await browser.create({});
  const events = browser.events(created.handle);
  await approve(created);
  let event = await events.next();
  while (event?.data.state !== "AUTHORIZED") event = await events.next();
  return browser.post("/qrlogin/v1/tickets/complete", { handle: created.handle });
}

it("the Node handler signs a user in", async () => {
  const signedIn: SignIn[] = [];
  const gateway: NodeHandler = createNodeHandler({
    ...settings(),
    onSignIn(signIn, _request, response) {
      signedIn.push(signIn);
      response.setHeader("set-cookie", "session=1; Path=/");
      return { welcome: signIn.user?.nickname };
    },
  });
  const browser = await listen(gateway);
  const answer = await signIn(browser);
  expect([answer.status, answer.json]).toEqual([200, { welcome: "alice-nick" }]);
  expect(browser.cookies.get("session")).toBe("1");
  expect(signedIn).toMatchObject([{ user: { userId: "subject-of-alice" } }]);
  await gateway.close();
  host.close();
});

it("the fetch handler signs a user in", async () => {
  const gateway = createFetchHandler<IncomingMessage>({
    ...settings(),
    clientAddress: (_request, { socket }) => socket.remoteAddress,
    onSignIn({ user }, _request, { headers }) {
      headers.append("set-cookie", "session=1; Path=/");
      return { welcome: user?.nickname };
    },
  });
  // The bridge of a framework, in short.
  const browser = await listen(async (request, response) => {
    const { method = "GET", headers } = request;
    const aborted = new AbortController();
    response.once("close", () => aborted.abort());
    const given = new Request(`http://${headers.host}${request.url}`, {
      method,
      headers: headers as Record<string, string>,
      ...(method === "POST" && { body: request as never, duplex: "half" }),
      signal: aborted.signal,
    });
    const answer = await gateway(given, request);
    response.writeHead(answer.status, [...answer.headers].flat());
    if (answer.body) for await (const chunk of answer.body) response.write(chunk);
    response.end();
  });
  const answer = await signIn(browser);
  expect([answer.status, answer.json]).toEqual([200, { welcome: "alice-nick" }]);
  expect(browser.cookies.get("session")).toBe("1");
  await gateway.close();
  host.close();
});
