import { createHash, randomBytes } from "node:crypto";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it, onTestFinished } from "vitest";
import { temporaryFile } from "../support/config_files.js";
import { readyAddress, startProcess, startQrlogin } from "../support/process.js";
import { freePort, hasRedis, withoutRedis } from "../support/redis/redis_process.js";
import { deployUrl, textOf } from "./files.js";

describe.skipIf(!hasRedis)(`the Redis of compose.yaml${withoutRedis}`, () => {
  it("serves a node with its configuration, which reports the store as durable", async () => {
    const password = randomBytes(32).toString("hex");
    const digest = createHash("sha256").update(password).digest("hex");
    const users = temporaryFile("users.acl", textOf("redis/users.acl").replace("0".repeat(64), digest));
    const data = mkdtempSync(join(tmpdir(), "qrlogin-redis-"));
    onTestFinished(() => rmSync(data, { recursive: true, force: true }));
    const config = textOf("redis/redis.conf")
      .replace("aclfile /etc/redis/users.acl", `aclfile ${users}`)
      .replace("dir /data", `dir ${data}`);
    const port = String(await freePort());
    const args = [temporaryFile("redis.conf", config), "--port", port, "--bind", "127.0.0.1"];
    const redis = startProcess("redis-server", args);
    await redis.waitForLine("Ready to accept connections");
    // A client without a password has no access.
    const unauthenticated = await startProcess("redis-cli", ["-p", port, "SET", "qrlogin:x", "1"]).exited;
    expect(unauthenticated.stdout).toContain("NOAUTH");

    const node = startQrlogin(["serve"], {
      NODE_ENV: "production",
      QRLOGIN_CONFIG: fileURLToPath(deployUrl("service.yaml")),
      QRLOGIN_STORE_REDIS_URL: `redis://127.0.0.1:${port}`,
      QRLOGIN_STORE_REDIS_PASSWORD: password,
      QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
      QRLOGIN_GRPC_SHUTDOWN_DELAY: "0s",
    });
    await readyAddress(node);
    expect(await node.waitForLine("the store is durable")).toContain("appendfsync always");
    node.kill("SIGTERM");
    expect((await node.exited).code).toBe(0);
  });
});
