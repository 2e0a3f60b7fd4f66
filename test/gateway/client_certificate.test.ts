import { afterEach, describe, expect, it, onTestFinished } from "vitest";
import {
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
  isQrLoginError,
} from "../../src/client/index.js";
import { basic } from "../support/callers.js";
import { blogCertificate, shopAndBlogCertificate, shopCertificate } from "../support/client_certificates.js";
import { authority, certificate, issuedCertificate, privateKey } from "../support/fixed_certificates.js";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../support/gateway.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
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
    ca: authority,
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

describe("the sign-in of an app with a secret and a certificate, through a gateway that has a certificate of its own", () => {
  const blog = { appId: "blog", appSecret: appSecrets.blog };
  const gatewayTls = { cert: issuedCertificate, key: privateKey, minVersion: "TLSv1.3" } as const;

  /** Starts both over TLS, and creates a ticket of the blog that alice approves through the gateway. */
  async function approved(options: TestGatewayOptions = {}) {
    server = await startTestServer({ settings: mutualTlsSettings("required") });
    gateway = await startTestGateway(server.address, {
      tls: gatewayTls,
      serviceTls: { rootCertificates: certificate, certChain: shopAndBlogCertificate, privateKey },
      rpcMethods: ["MarkScanned", "Authorize", "ExchangeUserInfo"],
      ...options,
    });
    const browser = openBrowser(gateway.url, { ca: authority });
    const codeVerifier = createCodeVerifier();
    // A page that exchanges has no backend, which would make the challenge.
    const codeChallenge = options.apps === undefined ? codeChallengeOf(codeVerifier) : undefined;
    const created = await browser.create({ appId: "blog", codeChallenge });
    const { ticketId, qrContent, handle } = created;
    const authorization = `Bearer ${await signToken("alice")}`;
    for (const [method, body] of [
      ["MarkScanned", { qrContent }],
      ["Authorize", { ticketId }],
    ] as const) {
      expect((await post(rpcPath(method), authorization, body)).status).toBe(200);
    }
    const { exchangeTicket } = (await browser.status(handle)).json;
    return { browser, handle, exchangeTicket: String(exchangeTicket), codeVerifier };
  }

  /** Exchanges as the backend of the blog, without the gateway. Resolves with the user id or the error. */
  async function exchangeDirectly(
    certChain: string | undefined,
    { exchangeTicket, codeVerifier }: { readonly exchangeTicket: string; readonly codeVerifier: string },
  ): Promise<string | undefined> {
    const tls = { rootCertificates: certificate, ...(certChain && { certChain, privateKey }) };
    const client = createAppClient({ address: server.address, tls, ...blog });
    onTestFinished(() => client.close());
    try {
      return (await client.exchangeUserInfo({ exchangeTicket, codeVerifier })).user?.userId;
    } catch (error) {
      return isQrLoginError(error) ? (error.reason ?? error.codeName) : String(error);
    }
  }

  it("is completed by the app's backend, directly with its own certificate", async () => {
    const ticket = await approved();
    expect(await exchangeDirectly(undefined, ticket)).toBe("UNAVAILABLE");
    expect(await exchangeDirectly(shopCertificate, ticket)).toBe("APP_UNAUTHENTICATED");
    expect(await exchangeDirectly(blogCertificate, ticket)).toBe("subject-of-alice");
  });

  it("cannot be completed through the gateway with the secret alone, and the log of the service says why", async () => {
    const { exchangeTicket, codeVerifier } = await approved();
    const authorization = basic("blog", appSecrets.blog);
    for (const path of [rpcPath("ExchangeUserInfo"), `${api}/tickets/exchange`]) {
      const { status, text } = await post(path, authorization, { exchangeTicket, codeVerifier });
      expect(status).toBe(401);
      expect(text).toContain("APP_UNAUTHENTICATED");
    }
    const causes = server.lines.flatMap(({ cause }) => cause ?? []);
    expect(causes).toEqual(
      Array.from({ length: 2 }, () =>
        [
          "the app blog needs a client certificate: the client certificate is not accepted",
          "(it is that of the gateway that forwards the call)",
        ].join(" "),
      ),
    );
    // The refusals did not use up the ticket.
    expect(await exchangeDirectly(blogCertificate, { exchangeTicket, codeVerifier })).toBe(
      "subject-of-alice",
    );
  });

  it("is completed by the page if the gateway may exchange for it, with secret and certificate of the gateway", async () => {
    const { browser, handle } = await approved({
      apps: [{ id: "blog", secret: appSecrets.blog, exchangeFromBrowser: true }],
    });
    const { status, json } = await browser.exchange(handle);
    expect(status).toBe(200);
    expect(json).toMatchObject({ user: { userId: "subject-of-alice" } });
  });
});
