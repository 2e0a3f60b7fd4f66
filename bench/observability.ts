import { mkdtempSync, rmSync } from "node:fs";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { freePort, type ServiceTarget, startService } from "./servers.js";
import { compareSignIns, connectService, type SignInServer } from "./sign_in_rounds.js";

// A complete sign-in with metrics and with traces, compared with one without.

/** Time between two scrapes, in milliseconds. Prometheus takes 15 or 60 seconds by default. */
const scrapeInterval = 5_000;

/** Number of scrapes whose cost is measured. */
const measuredScrapes = 50;

async function scrape(url: string): Promise<number> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`the scrape failed with ${response.status}`);
  return (await response.text()).length;
}

/** Starts a collector that takes every export. Returns its URL and a function that stops it. */
async function startCollector(): Promise<{ readonly url: string; stop(): void }> {
  const server = createServer((request, response) => request.resume().on("end", () => response.end()));
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { url, stop: () => void server.close() };
}

/** Prints the size of a scrape and its CPU time at the service, which has no other work meanwhile. */
async function measureScrapes({ cpuMicroseconds }: ServiceTarget, url: string): Promise<void> {
  const bytes = await scrape(url);
  const before = cpuMicroseconds();
  for (let done = 0; done < measuredScrapes; done += 1) await scrape(url);
  const ms = (cpuMicroseconds() - before) / measuredScrapes / 1_000;
  console.log(`\none scrape: ${(bytes / 1_024).toFixed(0)} KiB, ${ms.toFixed(1)} ms of CPU`);
}

async function main(): Promise<void> {
  const run = parseRounds(5);
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  const address = `127.0.0.1:${await freePort()}`;
  const url = `http://${address}/metrics`;
  const collector = await startCollector();
  stopping.push(collector.stop);
  const traced = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    OTEL_TRACES_SAMPLER: "parentbased_traceidratio",
  };
  const variants = [
    { name: "without metrics and traces", configuration: { metrics: { enabled: false } }, env: {} },
    { name: "metrics", configuration: { metrics: { address } }, env: {} },
    {
      name: "metrics, 1 % of the traces",
      configuration: { metrics: { address: "127.0.0.1:0" } },
      env: { ...traced, OTEL_TRACES_SAMPLER_ARG: "0.01" },
    },
    {
      name: "metrics, all traces",
      configuration: { metrics: { address: "127.0.0.1:0" } },
      env: { ...traced, OTEL_TRACES_SAMPLER_ARG: "1" },
    },
  ];
  try {
    const servers: SignInServer[] = [];
    let measured: ServiceTarget | undefined;
    for (const { name, configuration, env } of variants) {
      const service = await startService({
        name,
        level: "info",
        folder,
        signsTokens: true,
        configuration,
        env,
      });
      stopping.push(service.stop);
      const caller = createCaller(service.address);
      await caller.ready().finally(caller.close);
      const server = await connectService(service);
      stopping.push(...server.pairs.map(({ close }) => close));
      servers.push(server);
      if (name === "metrics") measured = service;
    }
    const timer = setInterval(() => void scrape(url), scrapeInterval);
    stopping.push(() => clearInterval(timer));
    await compareSignIns(
      servers,
      variants.map(({ name }) => name),
      run,
    );
    clearInterval(timer);
    if (measured) await measureScrapes(measured, url);
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
