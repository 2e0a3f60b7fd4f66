import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { startService } from "./servers.js";
import { compareSignIns, connectService, type SignInServer } from "./sign_in_rounds.js";

// A complete sign-in with each optional defence, compared with one without. A check code adds a call, a write
// and a message of the watch.

const checkCode = { mode: "always" };
const qrRotation = { interval: "5s" };

const policies = [
  { name: "default settings", policy: {} },
  { name: "check code", policy: { checkCode } },
  { name: "changing codes", policy: { qrRotation } },
  { name: "both", policy: { checkCode, qrRotation } },
] as const;

async function main(): Promise<void> {
  const run = parseRounds(5);
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  try {
    const servers: SignInServer[] = [];
    for (const { name, policy } of policies) {
      const service = await startService({ name, level: "info", folder, signsTokens: true, policy });
      stopping.push(service.stop);
      const caller = createCaller(service.address);
      await caller.ready().finally(caller.close);
      const server = await connectService(service, "checkCode" in policy);
      stopping.push(...server.pairs.map(({ close }) => close));
      servers.push(server);
    }
    await compareSignIns(
      servers,
      policies.map(({ name }) => name),
      run,
    );
  } finally {
    for (const stop of stopping.reverse()) await stop();
  }
}

main().catch((error: unknown) => {
  console.error(`bench: ${error instanceof Error ? error.message : error}`);
  process.exitCode = 1;
});
