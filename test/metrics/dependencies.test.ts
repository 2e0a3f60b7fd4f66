import { expect, it } from "vitest";
import { createCircuitBreaker } from "../../src/auth/circuit_breaker.js";
import { addLogMetrics } from "../../src/metrics/log_metrics.js";
import { createMetricsRegistry } from "../../src/metrics/registry.js";
import { createServiceMetrics } from "../../src/metrics/service_metrics.js";
import { createImageRenderer, type ImageOptions } from "../../src/qr/image_renderer.js";
import { observeStore } from "../../src/store/store_observer.js";
import { StoreUnavailableError, type TicketStore } from "../../src/store/ticket_store.js";
import { createManualClock } from "../support/clock.js";
import { scrapeOf } from "../support/scrape.js";
import { processRegistry } from "./all_metrics.js";

function setUp() {
  const clock = createManualClock();
  const registry = createMetricsRegistry();
  const observers = createServiceMetrics(registry, { clock, storeKind: "redis" });
  const { sharedStore } = observers;
  if (!sharedStore) throw new Error("a store in Redis has observers");
  const scrape = () => scrapeOf({ readMetrics: async () => [await registry.snapshot()] });
  return { clock, observers, sharedStore, scrape };
}

it("counts the operations of the store by their outcome", async () => {
  const { sharedStore, scrape } = setUp();
  const broken = {
    get: async () => undefined,
    replace: async () => {
      throw new StoreUnavailableError("away", "unknown");
    },
    create: async () => {
      throw new Error("a fault");
    },
    subscribe: async () => () => {},
    close: async () => {},
  } satisfies TicketStore;
  const store = observeStore(broken, sharedStore.operations);
  await store.get("x");
  await expect(store.replace({} as never, "")).rejects.toThrow("away");
  await expect(store.create({} as never)).rejects.toThrow("a fault");
  await store.subscribe("x", () => {});
  const { value } = await scrape();
  const count = (operation: string, outcome: string) =>
    value("qrlogin_store_operation_duration_seconds_count", { operation, outcome });
  expect([count("get", "ok"), count("replace", "unavailable"), count("create", "error")]).toEqual([1, 1, 1]);
  expect(count("subscribe", "ok")).toBe(1);
});

it("shows whether the store is reachable, complete and durable, the clock skew, and shared limits", async () => {
  const { sharedStore, scrape } = setUp();
  const { events, onRateSharing } = sharedStore;
  const names = ["store_available", "store_complete", "store_durable", "clock_skew_seconds", "limits_shared"];
  const values = async () => {
    const { value } = await scrape();
    return names.map((name) => value(`qrlogin_${name}`));
  };
  events.onDurability({ level: "durable", reason: "" }, "");
  events.onClockSkew(250);
  expect(await values()).toEqual([1, 1, 1, 0.25, 1]);
  events.onAvailability(true, "one primary is away");
  expect(await values()).toEqual([1, 0, 1, 0.25, 1]);
  events.onAvailability(false, "all are away");
  events.onDurability({ level: "best effort", reason: "" }, "");
  onRateSharing(false);
  expect(await values()).toEqual([0, 0, 0, 0.25, 0]);
  events.onAvailability(true, undefined);
  onRateSharing(true);
  expect(await values()).toEqual([1, 1, 0, 0.25, 1]);
});

it("counts calls to issuers by their outcome, those that an open circuit prevents too", async () => {
  const { clock, observers, scrape } = setUp();
  const breaker = createCircuitBreaker({
    clock,
    isFailure: (error) => String(error) !== "Error: refused",
    onCall: observers.auth.ofEndpoint("staff", "userinfo"),
  });
  const run = (work: () => Promise<void>, signal?: AbortSignal) =>
    breaker.run(work, { id: String(Math.random()), signal }).catch(() => {});
  await run(async () => void clock.advance(250));
  await run(async () => {
    throw new Error("refused");
  });
  await run(async () => {
    throw new Error("given up");
  }, AbortSignal.abort());
  for (let failure = 0; failure < 4; failure += 1)
    await run(async () => {
      throw new Error("away");
    });
  const { value } = await scrape();
  const labels = { pool: "staff", endpoint: "userinfo" };
  const count = (outcome: string) =>
    value("qrlogin_issuer_call_duration_seconds_count", { ...labels, outcome });
  const outcomes = ["succeeded", "rejected", "aborted", "failed", "not_made"];
  expect(outcomes.map(count)).toEqual([1, 1, 1, 3, 1]);
  expect(value("qrlogin_issuer_call_duration_seconds_sum", { ...labels, outcome: "succeeded" })).toBe(0.25);
});

it("counts QR images, and none as pending once it is drawn or given up", async () => {
  const { observers, scrape } = setUp();
  const images = createImageRenderer({ observer: observers.images });
  const options: ImageOptions = { format: "SVG", size: 320, margin: 4, errorCorrection: "M" };
  const drawn = images.draw("A".repeat(20), options);
  const abort = new AbortController();
  const abandoned = images.draw("B".repeat(20), options, { signal: abort.signal });
  expect((await scrape()).value("qrlogin_qr_images_pending")).toBe(2);
  abort.abort();
  await expect(abandoned).rejects.toThrow();
  await drawn;
  await images.close();
  const { value } = await scrape();
  expect(value("qrlogin_qr_images_pending")).toBe(0);
  expect(value("qrlogin_qr_image_duration_seconds_count", { outcome: "drawn" })).toBe(1);
  expect(value("qrlogin_qr_image_duration_seconds_count", { outcome: "failed" })).toBe(1);
});

it("shows every kind of garbage collection before the first of that kind", async () => {
  const { value } = await scrapeOf({ readMetrics: async () => [await processRegistry.snapshot()] });
  for (const kind of ["major", "minor", "incremental", "weakcb"])
    expect(value("nodejs_gc_duration_seconds_count", { kind }), kind).toBeGreaterThanOrEqual(0);
});

it("counts the lines that the log has dropped", async () => {
  const registry = createMetricsRegistry();
  const losses = { lines: 0 };
  addLogMetrics(registry, losses);
  const dropped = async () =>
    (await scrapeOf({ readMetrics: async () => [await registry.snapshot()] })).value(
      "qrlogin_log_lines_dropped_total",
    );
  expect(await dropped()).toBe(0);
  losses.lines += 5;
  losses.lines += 2;
  expect(await dropped()).toBe(7);
  expect(await dropped()).toBe(7);
});
