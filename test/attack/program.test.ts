import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { pino } from "pino";
import { afterAll, beforeAll, expect, it } from "vitest";
import type { Report } from "../../attack/report.js";
import { developmentPresets } from "../../src/compose/development_presets.js";
import { type Service, startService } from "../../src/compose/service.js";
import { loadConfig } from "../../src/config/load_config.js";

let service: Service;

beforeAll(async () => {
  const env = { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0" };
  const config = loadConfig({ env, developmentPreset: developmentPresets() });
  service = await startService(config, pino({ level: "silent" }));
});
afterAll(() => service.stop());

it("the program attacks development mode with its identities, and the exit code tells the result", async () => {
  const [failed, unreachable, helped] = await Promise.all([
    runAttack(["--target", service.grpcAddress, "--json", "--expect", "check-code"]),
    runAttack(["--target", "127.0.0.1:1", "--token", "token", "--other-token", "token"]),
    runAttack(["--help"]),
  ]);
  expect([failed.exitCode, failed.stderr]).toEqual([1, ""]);
  const report = JSON.parse(failed.stdout) as Report;
  // Development mode has no check code. All else holds.
  const titles = report.rows.filter(({ result }) => result === "failed").map(({ title }) => title);
  expect(titles).toEqual([expect.stringContaining("relay by picture, in a mail or chat")]);
  expect([unreachable.exitCode, unreachable.stderr]).toEqual([
    2,
    expect.stringContaining("cannot be attacked"),
  ]);
  expect(helped.exitCode).toBe(0);
});

interface Ended {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
}

function runAttack(args: readonly string[]): Promise<Ended> {
  const program = fileURLToPath(new URL("../../attack/main.ts", import.meta.url));
  return new Promise((resolve) => {
    execFile(process.execPath, ["--import", "tsx", program, ...args], (error, stdout, stderr) => {
      resolve({ exitCode: error ? Number(error.code) : 0, stdout, stderr });
    });
  });
}
