import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
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

/** Returns the secret of the app in a configuration of the gateway, or in the file that it names. */
function appSecretIn(gateway: string): string {
  const [{ secret, secretFile }] = parse(readFileSync(gateway, "utf8")).gateway.apps;
  return secret ?? readFileSync(secretFile, "utf8").trimEnd();
}

/** Starts both programs with the files that `init` writes, on free ports. */
async function expectToStart(kind: string, variables: EnvironmentVariables = {}): Promise<void> {
  const { service, gateway } = await init(kind);
  const server = startQrlogin(["serve", "--config", service], {
    QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
    ...variables,
  });
  const address = await readyAddress(server);
  const client = createAppClient({ address, appId: "shop", appSecret: appSecretIn(gateway) });
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
    body: JSON.stringify({ appId: "shop" }),
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
    const other = temporaryFolder();
    writeFileSync(join(other, "shop-secret"), "mine");
    const refused = await qrlogin(["init", "company", "--out", other]);
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringMatching(/shop-secret already exists/) });
    expect(readdirSync(other)).toEqual(["shop-secret"]);
    expect(readFileSync(join(other, "shop-secret"), "utf8")).toBe("mine");
  });

  it.each(installations)(
    "makes new secrets for %s each time, and the service has none of them",
    async (kind) => {
      const [one, other] = [await init(kind), await init(kind)];
      expect(appSecretIn(one.gateway)).not.toBe(appSecretIn(other.gateway));
      expect(readFileSync(one.service, "utf8")).not.toContain(appSecretIn(one.gateway));
    },
  );

  it("keeps the secrets of a company's gateway in files that only their owner can read", async () => {
    const { folder, gateway, stdout } = await init("company");
    const text = readFileSync(gateway, "utf8");
    for (const name of ["shop-secret", "handle-keys"]) {
      const file = join(folder, name);
      expect(text).toContain(JSON.stringify(file));
      if (isLinux) expect(statSync(file).mode & 0o777).toBe(0o600);
      const secret = readFileSync(file, "utf8").trimEnd();
      expect(secret).toMatch(/^[\w-]{43}$/);
      expect(text + stdout).not.toContain(secret);
    }
    expect(stdout).toContain("administrator ops");
  });

  it.each(["single", "redis"])("prints the secret of the app of %s", async (kind) => {
    const { gateway, stdout } = await init(kind);
    expect(stdout).toContain(appSecretIn(gateway));
  });
});
