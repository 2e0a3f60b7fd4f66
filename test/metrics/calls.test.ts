import { afterAll, beforeAll, expect, it } from "vitest";
import { asApp, authorization, basic, callsOf, createTestTicket } from "../support/callers.js";
import { scrapeOf } from "../support/scrape.js";
import { startTestServer, type TestServer } from "../support/server.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer();
});
afterAll(() => server.stop());

const method = (name: string) => ({ grpc_method: `qrlogin.v1.QrLoginService/${name}` });

it("counts a call when it starts, and its duration by its status when it ends", async () => {
  await createTestTicket(callsOf(server.client, asApp("shop")));
  const { value } = await scrapeOf(server.service);
  expect(value("grpc_server_call_started_total", method("CreateTicket"))).toBe(1);
  const ended = { ...method("CreateTicket"), grpc_status: "OK" };
  expect(value("grpc_server_call_duration_seconds_count", ended)).toBe(1);
  expect(value("grpc_server_call_duration_seconds_sum", ended)).toBeGreaterThan(0);
});

it("counts an error by its code and its reason", async () => {
  const stranger = callsOf(server.client, authorization(basic("shop", "wrong")));
  await expect(createTestTicket(stranger)).rejects.toThrow();
  const { value } = await scrapeOf(server.service);
  const failed = { ...method("CreateTicket"), grpc_status: "UNAUTHENTICATED" };
  expect(value("grpc_server_call_duration_seconds_count", failed)).toBe(1);
  expect(value("qrlogin_call_errors_total", { ...failed, reason: "APP_UNAUTHENTICATED" })).toBe(1);
});
