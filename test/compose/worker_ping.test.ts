import cluster from "node:cluster";
import { expect, it, onTestFinished } from "vitest";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { forkWorker } from "../../src/compose/workers/worker_process.js";
import { loadConfig } from "../../src/config/load_config.js";
import { programArgs } from "../support/program.js";

it("a worker answers every ping, except while it is stopped", async () => {
  const execArgv = [...programArgs("src/main.ts")];
  const exec = execArgv.pop() ?? "";
  cluster.setupPrimary({
    exec,
    args: ["worker"],
    execArgv,
    silent: true,
  });
  const env = { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" };
  const config = loadConfig({ env, developmentPreset: developmentPresets() });
  const worker = forkWorker(1, () => ({ ...config, gateway: undefined }));
  onTestFinished(async () => {
    worker.kill();
    await worker.exited;
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
  expect(await worker.exited).toMatchObject({ signal: "SIGKILL" });
  expect(pongs).toBe(2);
});
