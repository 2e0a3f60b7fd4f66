import { spawnSync } from "node:child_process";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { asApp, callersOf, callsOf, createAuthorizedTicket, createTestTicket } from "../support/callers.js";
import { eventually } from "../support/eventually.js";
import { startQrlogin } from "../support/process.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { scrape } from "../support/scrape.js";
import { signToken } from "../support/tokens.js";
import { findTool } from "../support/tools.js";
import { newClient, writeRedisConfig } from "../support/workers_service.js";

const promtool = findTool("promtool", () =>
  spawnSync("promtool", ["--version"]).status === 0 ? undefined : "install Debian's package prometheus",
);

let redis: RedisProcess;

if (hasRedis) {
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());
}

async function startWorkers(count: number) {
  const running = startQrlogin(
    ["serve", "--config", writeRedisConfig(redis.url), "--workers", String(count)],
    { QRLOGIN_METRICS_ENABLED: "true", QRLOGIN_METRICS_ADDRESS: "127.0.0.1:0" },
  );
  const ready = JSON.parse(await running.waitForLine('"msg":"ready"'));
  return { running, grpc: String(ready.grpc), metrics: String(ready.metrics) };
}

describe.skipIf(!hasRedis)(`the metrics of workers${withoutRedis}`, () => {
  it("are those of all workers together, at one address, and do not go back when a worker is killed", async () => {
    const { running, grpc, metrics } = await startWorkers(2);
    // Connections are distributed in turn.
    for (let calls = 0; calls < 4; calls += 1)
      await createTestTicket(callsOf(newClient(grpc), asApp("shop")));
    const created = { event: "created" };
    const before = await scrape(metrics);
    expect(before.value("qrlogin_tickets_total", created)).toBe(4);
    expect(before.value("qrlogin_workers_answering")).toBe(2);
    expect(before.value("qrlogin_connections")).toBe(4);
    expect(before.value("qrlogin_store_available")).toBe(1);
    expect(before.sum("qrlogin_store_operation_duration_seconds_count", { operation: "create" })).toBe(4);
    const first = JSON.parse(await running.waitForLine('"worker":1,"starts":1,'));
    process.kill(Number(first.workerPid), "SIGKILL");
    await running.waitForLine('"worker":1,"starts":2,');
    await eventually(async () => {
      const after = await scrape(metrics);
      expect(after.value("qrlogin_workers_answering")).toBe(2);
      expect(after.value("qrlogin_tickets_total", created)).toBe(4);
    });
  });

  it.skipIf(!promtool.isUsable)(
    `pass the checks of promtool after a whole sign-in${promtool.skipNote}`,
    async () => {
      const { grpc, metrics } = await startWorkers(1);
      const { app, user } = callersOf(newClient(grpc));
      const { exchangeTicket } = await createAuthorizedTicket(app("shop"), user(await signToken("alice")));
      await app("shop").exchangeUserInfo({ exchangeTicket });
      const { text } = await scrape(metrics);
      const { status, stdout, stderr } = spawnSync("promtool", ["check", "metrics"], {
        input: text,
        encoding: "utf8",
      });
      // Names of prom-client's own metrics are not ours to change.
      const complaints = `${stdout}${stderr}`
        .split("\n")
        .filter((line) => line !== "" && !/^(nodejs|process)_/.test(line));
      expect(complaints).toEqual([]);
      expect([0, 3]).toContain(status);
    },
  );
});
