// Time from the start of a process until its probe succeeds: `npm run bench -- ready`.
import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { setTimeout as pause } from "node:timers/promises";
import { Client, credentials } from "@grpc/grpc-js";
import { parseRounds } from "./arguments.js";
import { startRedis } from "./redis_process.js";
import { freePort, toTarget } from "./servers.js";
import { median } from "./statistics.js";

/** Interval of the probes, in milliseconds. */
const interval = 5;

const { rounds } = parseRounds(10);
const main = join(import.meta.dirname, "../src/main.js");

/** A start: the arguments, the variables, and the probe. */
interface Case {
  readonly name: string;
  readonly args: readonly string[];
  readonly variables: (port: number) => Record<string, string>;
  readonly isReady: (port: number) => Promise<boolean>;
}

/** Resolves with whether the service at this port reports SERVING. */
async function isServing(port: number): Promise<boolean> {
  const client = new Client(`127.0.0.1:${port}`, credentials.createInsecure());
  const name = "qrlogin.v1.QrLoginService";
  const request = Buffer.concat([Buffer.from([0x0a, name.length]), Buffer.from(name)]);
  try {
    return await new Promise((resolve) => {
      client.makeUnaryRequest(
        "/grpc.health.v1.Health/Check",
        (bytes: Buffer) => bytes,
        (bytes) => bytes[1] === 1,
        request,
        { deadline: Date.now() + 1_000 },
        (error, isUp) => resolve(!error && isUp === true),
      );
    });
  } finally {
    client.close();
  }
}

const isGatewayReady = async (port: number): Promise<boolean> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => undefined))?.status === 200;

/** Starts the process, and resolves with the milliseconds until it is ready, and its CPU time until then. */
async function measure({ args, variables, isReady }: Case): Promise<{ ms: number; cpuMs: number }> {
  const port = await freePort();
  const env = { PATH: process.env.PATH ?? "", ...variables(port) };
  const start = performance.now();
  const child: ChildProcess = spawn(process.execPath, [main, ...args], { env, stdio: "ignore" });
  const target = toTarget("start", child, `127.0.0.1:${port}`);
  while (!(await isReady(port))) await pause(interval);
  const result = { ms: performance.now() - start, cpuMs: target.cpuMicroseconds() / 1_000 };
  const exited = once(child, "exit");
  child.kill("SIGTERM");
  await exited;
  return result;
}

const redis = await startRedis("redis");
const grpc = (port: number) => ({
  QRLOGIN_GRPC_ADDRESS: `127.0.0.1:${port}`,
  QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
  QRLOGIN_METRICS_ENABLED: "false",
});
const onRedis = (port: number) => ({ ...grpc(port), QRLOGIN_STORE_REDIS_URL: redis.url });
const servicePort = await freePort();
const service = spawn(process.execPath, [main, "serve"], {
  env: { PATH: process.env.PATH ?? "", ...grpc(servicePort) },
  stdio: "ignore",
});
while (!(await isServing(servicePort))) await pause(interval);

const cases: readonly Case[] = [
  { name: "service, embedded store", args: ["serve"], variables: grpc, isReady: isServing },
  { name: "service, Redis", args: ["serve"], variables: onRedis, isReady: isServing },
  {
    name: "service, Redis, 2 workers",
    args: ["serve", "--workers", "2"],
    variables: onRedis,
    isReady: isServing,
  },
  {
    name: "gateway",
    args: ["gateway"],
    variables: (port) => ({
      QRLOGIN_GATEWAY_ADDRESS: `127.0.0.1:${port}`,
      QRLOGIN_GATEWAY_SERVICE_ADDRESS: `127.0.0.1:${servicePort}`,
      QRLOGIN_GATEWAY_METRICS_ENABLED: "false",
    }),
    isReady: isGatewayReady,
  },
];

console.log(
  "| start | ready after, median of ms | largest | CPU of the process until then, ms |\n|---|---|---|---|",
);
for (const one of cases) {
  const results = [];
  for (let round = 0; round < rounds; round++) results.push(await measure(one));
  const times = results.map(({ ms }) => ms);
  const cpu = median(results.map(({ cpuMs }) => cpuMs));
  console.log(
    `| ${one.name} | ${Math.round(median(times))} | ${Math.round(Math.max(...times))} | ${Math.round(cpu)} |`,
  );
}
service.kill("SIGTERM");
await redis.stop();
