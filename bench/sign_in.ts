import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseRounds } from "./arguments.js";
import { createCaller } from "./calls.js";
import { createDevicePair } from "./device_grant.js";
import { startDeviceServer, startService } from "./servers.js";
import { compareSignIns, connectService, pairsEach, type SignInServer } from "./sign_in_rounds.js";

// A complete sign-in, from the code to the signed tokens: the service compared with the device grant of
// oidc-provider.

async function main(): Promise<void> {
  const run = parseRounds(5);
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-bench-"));
  const stopping: (() => unknown)[] = [() => rmSync(folder, { recursive: true })];
  try {
    const competitors: SignInServer[] = [];
    for (const level of ["info", "warn"] as const) {
      const service = await startService({ name: `log at ${level}`, level, folder, signsTokens: true });
      stopping.push(service.stop);
      const caller = createCaller(service.address);
      await caller.ready().finally(caller.close);
      competitors.push(await connectService(service));
    }
    const peer = await startDeviceServer();
    stopping.push(peer.stop);
    const devices = Array.from({ length: pairsEach }, () => createDevicePair(peer.address));
    competitors.push({ target: peer, pairs: devices });
    for (const { pairs } of competitors) for (const pair of pairs) stopping.push(pair.close);

    await compareSignIns(
      competitors,
      competitors.map(({ target }) => target.name),
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
