import { readFileSync } from "node:fs";
import { createFileRegistry, fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import fastify, { type FastifyPluginAsync } from "fastify";
import { afterEach, beforeEach, describe, expect, it, test } from "vitest";
import { AuthorizeResponse, CreateTicketResponse } from "../../../gen/qrlogin/v1/qr_login_service.js";
import { gatewaySchema } from "../../../src/config/schema/gateway_schema.js";
import { phoneRpcMethods, rpcMethods } from "../../../src/domain/rpc_methods.js";
import { type GatewayOptions, qrLoginGateway } from "../../../src/gateway/index.js";
import { type FakeService, startFakeService } from "../../client/fake_service.js";
import { basic } from "../../support/callers.js";
import { newHandleKey, startTestGateway, type TestGateway } from "../../support/gateway.js";
import { appSecrets } from "../../support/server.js";
import { signToken, staff } from "../../support/tokens.js";
import { sendRequest } from "../http.js";
import { aliceToken, browser, gateway, restartGateway, server, setUpGateway } from "../setup.js";
import { callRpc, envelope, envelopesOf, errorOf, rpcPath } from "./rpc_calls.js";

const origin = "https://phone.example.com";
setUpGateway({ gateway: { appOptions: { shop: { origins: [origin] } }, limits: { callsPerMinute: 5 } } });

const reasonOf = (response: Parameters<typeof errorOf>[0]) => errorOf(response).details.ErrorInfo?.reason;
const json = { "content-type": "application/json" };

describe("credentials of callers", () => {
  it("a call without one, with a cookie, an app's credential or another pool's token is rejected", async () => {
    const { ticketId, handle } = await browser.create();
    await callRpc("MarkScanned", { ticketId });
    const cookie = [...browser.cookies].map((pair) => pair.join("=")).join("; ");
    const refused: readonly [Record<string, string>, number, string][] = [
      [{}, 401, "USER_UNAUTHENTICATED"],
      [{ cookie }, 401, "USER_UNAUTHENTICATED"],
      [{ authorization: basic("shop", appSecrets.shop) }, 401, "USER_UNAUTHENTICATED"],
      [{ authorization: `Bearer ${await signToken("alice", staff)}` }, 403, "USER_POOL_MISMATCH"],
    ];
    for (const [headers, status, reason] of refused) {
      const response = await sendRequest(gateway.url + rpcPath("Authorize"), {
        method: "POST",
        headers: { ...json, ...headers },
        body: JSON.stringify({ ticketId }),
      });
      expect([response.status, reasonOf(response)]).toEqual([status, reason]);
    }
    expect((await browser.status(handle)).json.state).toBe("SCANNED");
  });

  describe("in front of a service that records them", () => {
    let fake: FakeService;
    let recording: TestGateway;
    beforeEach(async () => {
      fake = await startFakeService({
        authorize: () => AuthorizeResponse.fromPartial({}),
        createTicket: () => CreateTicketResponse.fromPartial({}),
      });
      recording = await startTestGateway(fake.address, { rpcMethods });
    });
    afterEach(async () => {
      await recording.stop();
      fake.stop();
    });

    it.each([
      ["none", undefined, []],
      ["a token", "Bearer the.users.token", ["Bearer the.users.token"]],
      ["an app's credential", "Basic c2hvcDpvdGhlcg==", ["Basic c2hvcDpvdGhlcg=="]],
      ["another scheme", 'Digest username="x"', ['Digest username="x"']],
      ["bytes that gRPC cannot carry", "Bearer t\u00f6ken", []],
    ])("the service receives the caller's own credential and no other: %s", async (_what, sent, received) => {
      for (const method of ["Authorize", "CreateTicket"]) {
        const response = await sendRequest(recording.url + rpcPath(method), {
          method: "POST",
          headers: { ...json, cookie: "session=1", ...(sent && { authorization: sent }) },
          body: "{}",
        });
        expect(response.status).toBe(200);
      }
      expect(fake.calls.map(({ method }) => method)).toEqual(["authorize", "createTicket"]);
      for (const { metadata } of fake.calls) {
        expect(metadata.get("authorization")).toEqual(received);
        expect(metadata.get("cookie")).toEqual([]);
        expect(JSON.stringify(metadata.getMap())).not.toContain("session=1");
      }
      if (sent) expect(recording.logText()).not.toContain(sent.split(" ")[1]);
    });
  });
});

describe("pages of other origins", () => {
  const preflight = {
    "access-control-request-method": "POST",
    "access-control-request-headers": "authorization,content-type,connect-protocol-version,x-grpc-web",
  };

  it("a page of a listed origin may send and read what both protocols need", async () => {
    const url = gateway.url + rpcPath("Authorize");
    const allowed = await sendRequest(url, { method: "OPTIONS", headers: { origin, ...preflight } });
    expect(allowed.status).toBe(204);
    expect(allowed.headers["access-control-allow-headers"]).toBe(preflight["access-control-request-headers"]);
    const response = await callRpc("Authorize", {}, { origin });
    expect(response.headers["access-control-allow-origin"]).toBe(origin);
    expect(response.headers["access-control-expose-headers"]).toMatch(
      /retry-after.*grpc-status.*grpc-message.*grpc-status-details-bin/i,
    );
  });

  it("a page of another origin is rejected, in the form of the protocol", async () => {
    const response = await callRpc("Authorize", {}, { origin: "https://evil.example.com" });
    expect(response.status).toBe(403);
    expect(errorOf(response)).toMatchObject({
      code: "permission_denied",
      details: { ErrorInfo: { reason: "ORIGIN_NOT_ALLOWED" } },
    });
    const binary = await callRpc("Authorize", envelope(Buffer.alloc(0)), {
      origin: "https://evil.example.com",
      "content-type": "application/grpc-web+proto",
    });
    expect(envelopesOf(binary.bytes)[0]?.data.toString()).toContain("grpc-status: 7\r\n");
  });
});

it("calls over the limit of an address get RATE_LIMITED with Retry-After, readable as JSON", async () => {
  for (let count = 0; count < 5; count++) await callRpc("Authorize", {});
  const response = await callRpc("Authorize", {});
  expect(response.status).toBe(429);
  expect(Number(response.headers["retry-after"])).toBeGreaterThan(0);
  expect(errorOf(response)).toMatchObject({
    code: "resource_exhausted",
    details: {
      ErrorInfo: { reason: "RATE_LIMITED", domain: "qrlogin.v1" },
      RetryInfo: { retryDelay: expect.stringMatching(/^[\d.]+s$/) },
    },
  });
});

it("tickets have their own limit", async () => {
  await restartGateway({ rpcMethods: ["CreateTicket"], limits: { ticketsPerMinute: 2 } });
  const authorization = basic("shop", appSecrets.shop);
  const statuses = [];
  for (let count = 0; count < 3; count++)
    statuses.push((await callRpc("CreateTicket", {}, { authorization })).status);
  expect(statuses).toEqual([200, 200, 429]);
});

it("a service that cannot be reached is SERVICE_UNAVAILABLE, without its address", async () => {
  const address = "127.0.0.1:1";
  const unreachable = await startTestGateway(address);
  const response = await sendRequest(unreachable.url + rpcPath("Authorize"), {
    method: "POST",
    headers: { ...json, authorization: `Bearer ${aliceToken}` },
    body: "{}",
  });
  await unreachable.stop();
  expect([response.status, response.headers["retry-after"]]).toEqual([503, "1"]);
  expect(errorOf(response)).toMatchObject({
    code: "unavailable",
    details: {
      ErrorInfo: { reason: "SERVICE_UNAVAILABLE", domain: "qrlogin.gateway" },
      RetryInfo: { retryDelay: "1s" },
    },
  });
  expect(response.text).not.toContain(address);
  expect(response.text).not.toContain("ECONNREFUSED");
});

it("a service without the method is SERVICE_REFUSED", async () => {
  const fake = await startFakeService({});
  const older = await startTestGateway(fake.address);
  const request = { method: "POST", headers: json, body: "{}" };
  const response = await sendRequest(older.url + rpcPath("Authorize"), request);
  await older.stop();
  fake.stop();
  expect(response.status).toBe(500);
  expect(errorOf(response)).toMatchObject({
    code: "internal",
    details: { ErrorInfo: { reason: "SERVICE_REFUSED", domain: "qrlogin.gateway" } },
  });
});

describe("the list of methods", () => {
  it("the names are those of the proto, here and in the configuration", () => {
    const bytes = readFileSync(new URL("../../../gen/qrlogin.binpb", import.meta.url));
    const service = createFileRegistry(fromBinary(FileDescriptorSetSchema, bytes)).getService(
      "qrlogin.v1.QrLoginService",
    );
    expect(service?.methods.map(({ name }) => name)).toEqual([...rpcMethods]);
    const minimal = { apps: [{ id: "shop", secret: "x" }], handleKeys: newHandleKey() };
    expect(gatewaySchema.parse({ ...minimal, rpcMethods: [...rpcMethods] }).rpcMethods).toEqual(rpcMethods);
    expect(gatewaySchema.parse(minimal).rpcMethods).toEqual(phoneRpcMethods);
  });

  it("a plugin rejects an unknown method", async () => {
    await expect(restartGateway({ rpcMethods: ["Nonsense" as never] })).rejects.toThrow(
      /rpcMethods\[0\]: must be one of CreateTicket/,
    );
    await restartGateway({});
  });

  test("the methods are under the prefix of the plugin", async () => {
    const host = fastify();
    const plugin: FastifyPluginAsync<GatewayOptions> = qrLoginGateway;
    const apps = [{ id: "shop", secret: appSecrets.shop }];
    await host.register(plugin, {
      service: { address: server.address },
      apps,
      handleKeys: [newHandleKey()],
      prefix: "/qr",
    } as never);
    const { ticketId } = await browser.create();
    const response = await host.inject({
      method: "POST",
      url: `/qr${rpcPath("MarkScanned")}`,
      headers: { ...json, authorization: `Bearer ${aliceToken}` },
      body: JSON.stringify({ ticketId }),
    });
    expect([response.statusCode, response.json().ticketId]).toEqual([200, ticketId]);
    await host.close();
  });
});
