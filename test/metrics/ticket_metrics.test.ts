import { expect, it } from "vitest";
import { createMetricsRegistry } from "../../src/metrics/registry.js";
import { createTicketMetrics } from "../../src/metrics/ticket_metrics.js";
import { load, noAccessCheck } from "../../src/service/apply_command.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import { createManualClock } from "../support/clock.js";
import { scrapeOf } from "../support/scrape.js";
import { lifetimes, ticketIn } from "../support/tickets.js";

it("counts a ticket that expires in the embedded store although nobody reads it, once", async () => {
  const clock = createManualClock();
  const registry = createMetricsRegistry();
  const observer = createTicketMetrics(registry, { clock, seesAllWrites: true });
  const store = createMemoryStore({
    ...{ clock, lifetimes, maxTickets: 10, maxTicketsPerApp: 10 },
    onExpire: observer.onWrite,
  });
  const ticket = { ...ticketIn("PENDING"), expiresAt: clock.now() + 10_000 };
  await store.create(ticket);
  observer.onWrite(ticket, undefined);
  for (let second = 0; second < 12; second += 1) clock.advance(1_000);
  await load({ store, clock, lifetimes, observer }, ticket.id, noAccessCheck);
  const { value } = await scrapeOf({ readMetrics: async () => [await registry.snapshot()] });
  expect(value("qrlogin_tickets_total", { event: "expired", from: "PENDING" })).toBe(1);
  expect(value("qrlogin_live_tickets", { state: "PENDING" })).toBe(0);
  await store.close();
});

it("gives the first hundred apps of the configuration a label of their own, and counts further ones together", async () => {
  const registry = createMetricsRegistry();
  const observer = createTicketMetrics(registry, { clock: createManualClock(), seesAllWrites: false });
  const appIds = Array.from({ length: 150 }, (_, index) => `app${index}`);
  observer.onApps(appIds);
  for (const appId of appIds) observer.onWrite({ ...ticketIn("PENDING"), appId }, undefined);
  observer.onWrite({ ...ticketIn("PENDING"), appId: "app7" }, undefined);
  const { value, sum } = await scrapeOf({ readMetrics: async () => [await registry.snapshot()] });
  const created = (app: string) => value("qrlogin_app_tickets_total", { app, event: "created" });
  expect([created("app7"), created("app99"), created("app100"), created("other")]).toEqual([
    2,
    1,
    undefined,
    50,
  ]);
  expect(sum("qrlogin_app_tickets_total")).toBe(151);
  observer.onApps(["app120"]);
  observer.onWrite({ ...ticketIn("PENDING"), appId: "app120" }, undefined);
  const after = await scrapeOf({ readMetrics: async () => [await registry.snapshot()] });
  const createdAfter = (app: string) => after.value("qrlogin_app_tickets_total", { app, event: "created" });
  expect([createdAfter("app7"), createdAfter("app120")]).toEqual([undefined, 1]);
  // The label of the others stays, though an app had it as its name.
  observer.onApps(["other"]);
  observer.onApps([]);
  const { value: valueAtLast } = await scrapeOf({ readMetrics: async () => [await registry.snapshot()] });
  expect(valueAtLast("qrlogin_app_tickets_total", { app: "other", event: "created" })).toBe(0);
});
