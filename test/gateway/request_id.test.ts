import { status } from "@grpc/grpc-js";
import fastify from "fastify";
import { expect, it } from "vitest";
import { createAppClient } from "../../src/client/index.js";
import { qrLoginGateway } from "../../src/gateway/index.js";
import { newHandleKey } from "../support/gateway.js";
import { appSecrets } from "../support/server.js";
import { browser, gateway, restartGateway, server, setUpGateway } from "./setup.js";

setUpGateway();

const idHeader = "x-request-id";
const uuid = /^[0-9a-f]{8}-[0-9a-f-]{27}$/;
const tickets = "/qrlogin/v1/tickets";

/** Returns the id in the service's line of the last call of this method. */
const idAtService = (method: string) => server.lines.findLast((line) => line.method === method)?.requestId;

it("an error has one id in the response's header and body, and in the log of gateway and service", async () => {
  const answer = await browser.post(tickets, { appId: "shop", customData: { text: "x".repeat(600) } });
  const id = answer.headers[idHeader];
  expect(id).toMatch(uuid);
  expect(answer.json.requestId).toBe(id);
  expect(gateway.lines.findLast(({ msg }) => msg === "request")?.requestId).toBe(id);
  expect(idAtService("CreateTicket")).toBe(id);
});

it("a call that succeeds has an id in the header and in both logs", async () => {
  const answer = await browser.post(tickets, { appId: "shop" });
  expect(answer.status).toBe(201);
  expect(answer.headers[idHeader]).toMatch(uuid);
  expect(idAtService("CreateTicket")).toBe(answer.headers[idHeader]);
});

it("a stranger cannot choose the id of a request", async () => {
  const answer = await browser.post(tickets, { appId: "shop" }, { [idHeader]: "chosen" });
  expect(answer.headers[idHeader]).toMatch(uuid);
  expect(server.logText() + gateway.logText()).not.toContain("chosen");
});

it("a trusted proxy names the id of a request, if it has the form of one", async () => {
  await restartGateway({ trustedProxies: ["127.0.0.1"] });
  const answer = await browser.post(tickets, { appId: "shop" }, { [idHeader]: "Root=1-67891233:edge/7" });
  expect(answer.headers[idHeader]).toBe("Root=1-67891233:edge/7");
  expect(idAtService("CreateTicket")).toBe("Root=1-67891233:edge/7");
  for (const wrong of ["", "two words", '"}', "x".repeat(65), "ü"]) {
    const other = await browser.post(tickets, { appId: "shop" }, { [idHeader]: wrong });
    expect(other.headers[idHeader]).toMatch(uuid);
  }
});

it("a request without a route has an id too", async () => {
  const answer = await browser.get("/nothing/here");
  expect(answer.headers[idHeader]).toMatch(uuid);
  expect(answer.json.requestId).toBe(answer.headers[idHeader]);
});

it("within the site's own server a request keeps its id there, unless that is only a counter", async () => {
  for (const [genReqId, expected] of [
    [() => "site-4711", /^site-4711$/],
    [undefined, uuid],
  ] as const) {
    const site = fastify({ ...(genReqId && { genReqId }) });
    const apps = [{ id: "shop", secret: appSecrets.shop }];
    // biome-ignore lint: fastify takes asynchronous plugins too
    await site.register(qrLoginGateway, {
      ...{ service: { address: server.address }, apps, handleKeys: [newHandleKey()] },
    });
    const answer = await site.inject({ method: "POST", url: tickets, payload: { appId: "shop" } });
    await site.close();
    expect(answer.headers[idHeader]).toMatch(expected);
    expect(idAtService("CreateTicket")).toBe(answer.headers[idHeader]);
  }
});

it("a client passes the id of a request on and finds it in the error", async () => {
  const client = createAppClient({ address: server.address, appId: "shop", appSecret: appSecrets.shop });
  const request = { ticketId: "A".repeat(22), ticketSecret: "A".repeat(43) };
  const failure = await client.getStatus(request, { requestId: "order-7" }).catch((error: unknown) => error);
  expect(failure).toMatchObject({ reason: "TICKET_NOT_FOUND", requestId: "order-7" });
  expect(idAtService("GetStatus")).toBe("order-7");
  const watched = client.watchStatus(request, { requestId: "order-8" });
  await expect(watched[Symbol.asyncIterator]().next()).rejects.toMatchObject({ requestId: "order-8" });
  expect(idAtService("WatchStatus")).toBe("order-8");
  await expect(client.getStatus(request, { requestId: "two words" })).rejects.toThrow(TypeError);
  client.close();
});

it("the service gives a failed call an id if the caller sent none, or one of another form", async () => {
  const client = createAppClient({ address: server.address, appId: "shop", appSecret: "wrong" });
  const failure = await client.getSigningKeys().catch((error: unknown) => error);
  expect(failure).toMatchObject({ code: status.UNAUTHENTICATED, requestId: expect.stringMatching(uuid) });
  expect(idAtService("GetSigningKeys")).toBe((failure as { requestId: string }).requestId);
  client.close();
});
