import { afterEach, expect, it } from "vitest";
import { basic } from "../support/callers.js";
import { shopAndBlogCertificate } from "../support/client_certificates.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";
import { startTestGateway, type TestGateway } from "../support/gateway.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { api, openBrowser } from "./browser.js";
import { rpcPath } from "./connect/rpc_calls.js";
import { sendRequest } from "./http.js";

let server: TestServer;
let gateway: TestGateway;

/** Starts a gateway with a certificate of the shop and the blog, before a service that requires one. */
async function start(): Promise<void> {
  server = await startTestServer({ settings: mutualTlsSettings("required") });
  gateway = await startTestGateway(server.address, {
    serviceTls: { rootCertificates: certificate, certChain: shopAndBlogCertificate, privateKey },
    appOptions: { shop: { secret: undefined } },
    rpcMethods: ["CreateTicket"],
  });
}
afterEach(async () => {
  await gateway.stop();
  await server.stop();
});

function post(path: string, authorization: string | undefined, body: object = {}) {
  return sendRequest(gateway.url + path, {
    method: "POST",
    headers: { "content-type": "application/json", ...(authorization !== undefined && { authorization }) },
    body: JSON.stringify(body),
  });
}

it("a gateway calls the service for an app by its certificate, or by certificate and secret", async () => {
  await start();
  const { create } = openBrowser(gateway.url);
  for (const appId of ["shop", "blog"]) expect((await create({ appId })).ticketId).not.toBe("");
});

it.each([
  ["no credential", undefined],
  ["the name of an app", basic("shop", "")],
  ["the name of an app and any secret", basic("shop", "any")],
  ["so long a secret that the service drops other metadata", basic("shop", "x".repeat(4_000))],
  ["the secret of an app that needs a certificate too", basic("blog", appSecrets.blog)],
])("a caller of the gateway with %s cannot use its certificate", async (_kind, authorization) => {
  await start();
  const forwarded = await post(rpcPath("CreateTicket"), authorization);
  expect(forwarded.status).toBe(401);
  const exchange = await post(`${api}/tickets/exchange`, authorization, { exchangeTicket: "x".repeat(64) });
  expect(exchange.status).toBe(401);
});

it("a caller of the gateway with the secret of an app that needs no certificate is that app", async () => {
  await start();
  const response = await post(rpcPath("CreateTicket"), basic("intranet", appSecrets.intranet));
  expect(response.status).toBe(200);
});
