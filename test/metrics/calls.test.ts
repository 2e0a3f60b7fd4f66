import { afterAll, beforeAll, expect, it } from "vitest";
import { newTicketId } from "../../src/domain/secrets.js";
import { asApp, asUser, authorization, basic, callsOf, createTestTicket } from "../support/callers.js";
import { scrapeOf } from "../support/scrape.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";

let server: TestServer;
beforeAll(async () => {
  server = await startTestServer({ settings: { policy: { limits: { missesPerApp: 5 } } } });
});
afterAll(() => server.stop());

const method = (name: string) => ({ grpc_method: `qrlogin.v1.QrLoginService/${name}` });

it("counts a call when it starts, and its duration and code when it ends", async () => {
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
  const created = method("CreateTicket");
  expect(value("qrlogin_calls_total", { ...created, grpc_status: "UNAUTHENTICATED" })).toBe(1);
  expect(value("grpc_server_call_duration_seconds_count", { ...created, grpc_status: "other" })).toBe(1);
  expect(value("qrlogin_call_errors_total", { reason: "APP_UNAUTHENTICATED" })).toBe(1);
});

it("looks a user token up in the cache of verified tokens", async () => {
  const alice = callsOf(server.client, asUser(await signToken("alice")));
  const { ticketId } = await createTestTicket(callsOf(server.client, asApp("shop")));
  const before = await scrapeOf(server.service);
  await alice.markScanned({ $case: "ticketId", value: ticketId });
  await alice.authorize({ ticketId });
  const { value } = await scrapeOf(server.service);
  const growth = (result: string) =>
    (value("qrlogin_user_tokens_total", { result }) ?? 0) -
    (before.value("qrlogin_user_tokens_total", { result }) ?? 0);
  expect([growth("miss"), growth("hit")]).toEqual([1, 1]);
  expect(value("qrlogin_cached_user_tokens")).toBe(1);
});

it("counts a call that a limit rejects by the limit, and the load of the port", async () => {
  const shop = callsOf(server.client, asApp("shop"));
  for (let misses = 0; misses < 10; misses += 1) {
    const { reason } = await shop.getStatus({ ticketId: newTicketId(), ticketSecret: "x" });
    if (reason === "RATE_LIMITED") break;
  }
  const { value } = await scrapeOf(server.service);
  expect(value("qrlogin_limited_calls_total", { limit: "ticket_misses" })).toBe(1);
  expect(value("qrlogin_connections")).toBe(1);
  expect(value("qrlogin_calls_in_progress", { kind: "call" })).toBe(0);
});
