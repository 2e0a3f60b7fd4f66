import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import { installations } from "../../src/cli/init/initial_files.js";
import { createAppClient } from "../../src/client/index.js";
import { loadConfig } from "../../src/config/load_config.js";
import { collectProblems } from "../support/config_files.js";
import { type EnvironmentVariables, qrlogin, readyAddress, startQrlogin } from "../support/process.js";
import { hasRedis, startRedis, withoutRedis } from "../support/redis/redis_process.js";

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-init-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}

/** Runs `init`. Returns its output, and the paths and the texts of the two files. */
async function init(kind: string) {
  const folder = temporaryFolder();
  const { code, stdout, stderr } = await qrlogin(["init", kind, "--out", folder]);
  expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  const [service, gateway] = [join(folder, "qrlogin.yaml"), join(folder, "gateway.yaml")];
  return { folder, stdout, service, gateway };
}

/** Starts both programs with the files that `init` writes, on free ports. */
async function expectToStart(kind: string, variables: EnvironmentVariables = {}): Promise<void> {
  const { service, gateway } = await init(kind);
  const server = startQrlogin(["serve", "--config", service], {
    QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
    ...variables,
  });
  const address = await readyAddress(server);
  const [app] = parse(readFileSync(gateway, "utf8")).gateway.apps;
  const client = createAppClient({ address, appId: app.id, appSecret: app.secret });
  expect((await client.createTicket({})).ticketId).not.toBe("");
  client.close();
  const proxy = startQrlogin(["gateway", "--config", gateway], {
    QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
    QRLOGIN_GATEWAY_SERVICE_ADDRESS: address,
  });
  const { development, gateway: origin } = JSON.parse(await proxy.waitForLine('"msg":"ready"'));
  expect(development).toBe(false);
  const created = await fetch(`http://${origin}/qrlogin/v1/tickets`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ appId: app.id }),
  });
  expect(created.status).toBe(201);
}

const isLinux = process.platform !== "win32";

describe("init", () => {
  it.each(installations)("writes files for %s that check-config accepts without a change", async (kind) => {
    const { service, gateway } = await init(kind);
    for (const file of [service, gateway]) {
      expect(collectProblems(() => loadConfig({ file, env: {}, purpose: "check" }))).toEqual([]);
      if (isLinux) expect(statSync(file).mode & 0o777).toBe(0o600);
    }
  });

  it("writes files for single that start, and the gateway calls the service with its secret", async () => {
    await expectToStart("single");
  });

  it.skipIf(!hasRedis).each(["redis", "company"])(
    `writes files for %s that start, and the gateway calls the service with its secret${withoutRedis}`,
    async (kind) => {
      const redis = await startRedis();
      onTestFinished(() => redis.release());
      await expectToStart(kind, { QRLOGIN_STORE_REDIS_URL: redis.url });
    },
  );

  it("overwrites nothing, and writes no file if another one exists", async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, "gateway.yaml"), "mine");
    const { code, stderr } = await qrlogin(["init", "single", "--out", folder]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/gateway\.yaml already exists/);
    expect(readFileSync(join(folder, "gateway.yaml"), "utf8")).toBe("mine");
    expect(() => statSync(join(folder, "qrlogin.yaml"))).toThrow("ENOENT");
  });

  it("makes new secrets each time, and prints those that are in no file of the service", async () => {
    const [one, other] = [await init("company"), await init("company")];
    const secretOf = (file: string) => parse(readFileSync(file, "utf8")).gateway.apps[0].secret;
    expect(secretOf(one.gateway)).not.toBe(secretOf(other.gateway));
    expect(one.stdout).toContain(secretOf(one.gateway));
    expect(one.stdout).toContain("administrator ops");
    expect(readFileSync(one.service, "utf8")).not.toContain(secretOf(one.gateway));
  });
});
