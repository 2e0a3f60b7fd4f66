import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { freePort, type ServiceTarget, startService } from "./servers.js";
import { compareSignIns, connectService, type SignInServer } from "./sign_in_rounds.js";

// A complete sign-in with metrics, compared with one without.

/** Time between two scrapes, in milliseconds. Prometheus takes 15 or 60 seconds by default. */
const scrapeInterval = 5_000;

/** Number of scrapes whose cost is measured. */
const measuredScrapes = 50;

async function scrape(url: string): Promise<number> {
  const response = await fetch(url);
  if (response.status !== 200) throw new Error(`the scrape failed with ${response.status}`);
  return (await response.text()).length;
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
  const variants = [
    { name: "without metrics", configuration: { metrics: { enabled: false } } },
    { name: "metrics", configuration: { metrics: { address } } },
  ];
  try {
    const servers: SignInServer[] = [];
    let measured: ServiceTarget | undefined;
    for (const { name, configuration } of variants) {
      const service = await startService({ name, level: "info", folder, signsTokens: true, configuration });
      stopping.push(service.stop);
      const caller = createCaller(service.address);
      await caller.ready().finally(caller.close);
      const server = await connectService(service);
      stopping.push(...server.pairs.map(({ close }) => close));
      servers.push(server);
      measured = service;
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
