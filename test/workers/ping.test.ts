import cluster from "node:cluster";
import { expect, it, onTestFinished } from "vitest";
import { loadConfig } from "../../src/config/load.js";
import { developmentPresets } from "../../src/development.js";
import { forkWorker } from "../../src/workers/worker_process.js";

it("a worker answers each ping, and none while it is stopped", async () => {
  cluster.setupPrimary({
    exec: "src/main.ts",
    args: ["worker"],
    execArgv: ["--import", "tsx"],
    silent: true,
  });
  const env = { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" };
  const worker = forkWorker(1, {
    ...loadConfig({ env, development: developmentPresets() }),
    gateway: undefined,
  });
  onTestFinished(async () => {
    worker.kill();
    await worker.ended;
  });
  await worker.ready;
  let pongs = 0;
  const ping = () => worker.ping(() => void pongs++);
  ping();
  await expect.poll(() => pongs).toBe(1);
  ping();
  await expect.poll(() => pongs).toBe(2);
  if (worker.pid === undefined) throw new Error("the worker has no process");
  process.kill(worker.pid, "SIGSTOP");
  ping();
  worker.kill();
  expect(await worker.ended).toMatchObject({ signal: "SIGKILL" });
  expect(pongs).toBe(2);
});
