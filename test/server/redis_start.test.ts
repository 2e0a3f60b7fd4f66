import { afterAll, beforeAll, describe, expect, onTestFinished, test } from "vitest";
import { runCommand } from "../../src/cli/commands.js";
import { anyPortEnvironment, type EnvironmentVariables, qrlogin, startQrlogin } from "../support/process.js";
import { infoOf } from "../support/redis/redis_commands.js";
import { hasRedis, type RedisProcess, startRedis, withoutRedis } from "../support/redis/redis_process.js";
import { startRedisProxy } from "../support/redis_proxy.js";

describe.skipIf(!hasRedis)(`the start of a service with a store in Redis${withoutRedis}`, () => {
  let redis: RedisProcess;
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.release());

  async function other(...args: readonly string[]): Promise<RedisProcess> {
    const started = await startRedis({ args });
    onTestFinished(() => started.release());
    return started;
  }

  async function withPassword(): Promise<RedisProcess> {
    const started = await other();
    await started.command("CONFIG", "SET", "requirepass", "the-right-password");
    return started;
  }

  /** Runs `qrlogin serve`. Resolves with its error output and its exit code. */
  async function serve(variables: EnvironmentVariables): Promise<{ code: number; complaints: string[] }> {
    const complaints: string[] = [];
    const code = await runCommand(["serve"], {
      env: { ...anyPortEnvironment, QRLOGIN_LOG_LEVEL: "silent", QRLOGIN_STORE_KIND: "redis", ...variables },
      print: (line) => void complaints.push(line),
      printError: (line) => void complaints.push(line),
      // The process ends by itself, or the test fails.
      stopRequested: () => new Promise(() => {}),
      onReloadRequest: () => {},
      ignoreSignals: () => {},
      stdout: { isTerminal: false, tryWrite: (data) => data.length, writeAll: () => {} },
      exitAfter: () => {},
      onExit: () => {},
    });
    return { code, complaints };
  }

  /** Expects a start to fail with one line. */
  async function expectStartError(variables: EnvironmentVariables, line: RegExp): Promise<void> {
    const { code, complaints } = await serve(variables);
    expect(complaints).toEqual([expect.stringMatching(line)]);
    expect(complaints.join()).not.toContain("\n");
    expect(code).toBe(1);
  }

  const at = (address: string) => ({ QRLOGIN_STORE_REDIS_URL: `redis://${address}` });

  test("fails with the address if no server listens there", () =>
    expectStartError(at("127.0.0.1:1"), /^qrlogin: Redis at 127\.0\.0\.1:1 cannot be used: .*ECONNREFUSED/));

  test("fails after one time-out with the address of a server that accepts connections and does not respond", async () => {
    const still = await other();
    still.pause();
    const before = performance.now();
    await expectStartError(
      { ...at(still.address), QRLOGIN_STORE_REDIS_TIMEOUT: "300ms" },
      /^qrlogin: Redis at [\d.:]+ cannot be used: /,
    );
    expect(performance.now() - before).toBeLessThan(20_000);
  });

  test("asks for a missing password, and does not print a wrong one", async () => {
    const { address } = await withPassword();
    await expectStartError(
      at(address),
      /^qrlogin: Redis at [\d.:]+ asks for a password: set store\.redis\.password$/,
    );
    const expectedError =
      /^qrlogin: Redis at [\d.:]+ refuses the user name or the password: (?!.*a-wrong-one)/;
    await expectStartError(at(`:a-wrong-one@${address}`), expectedError);
    await expectStartError({ ...at(address), QRLOGIN_STORE_REDIS_PASSWORD: "a-wrong-one" }, expectedError);
    await expectStartError(at(`nobody:a-wrong-one@${address}`), expectedError);
  });

  test("fails with the version of a Redis that is too old", async () => {
    // The replacement has the same length as the original.
    const older = (said: Buffer) => {
      const text = said.toString("latin1").replace(/redis_version:\d\./, "redis_version:6.");
      return Buffer.from(text.replace("valkey_version:", "formerly_known:"), "latin1");
    };
    const { address } = await startRedisProxy(redis.address, older);
    await expectStartError(
      at(address),
      /^qrlogin: Redis at [\d.:]+ is Redis 6\.\d+\.\d+; 7\.0 or later is needed$/,
    );
  });

  test("fails at a replica with the address of its primary", async () => {
    const { address } = await other("--replicaof", `127.0.0.1 ${redis.port}`);
    await expectStartError(
      at(address),
      new RegExp(`^qrlogin: Redis at [\\d.:]+ is a read-only replica of ${redis.address}; name the primary`),
    );
  });

  test.each(["allkeys-lru", "volatile-ttl"])(
    "fails with the eviction policy %s, which would delete tickets",
    async (policy) => {
      const { address } = await other("--maxmemory-policy", policy);
      await expectStartError(at(address), new RegExp(`may evict tickets \\(maxmemory-policy ${policy}\\)`));
    },
  );

  test("distinguishes a Cluster node from a single server, and the reverse", async () => {
    const { address } = await other("--cluster-enabled", "yes", "--cluster-port", "0");
    await expectStartError(at(address), /is a node of a Redis Cluster: name it under store\.redis\.cluster$/);
    await expectStartError(
      { QRLOGIN_STORE_REDIS_CLUSTER_NODES: JSON.stringify([redis.address]) },
      /^qrlogin: no Cluster node answers: [\d.:]+: ERR This instance has cluster support disabled$/,
    );
  });

  test("fails with the addresses of Sentinels that are none", () =>
    expectStartError(
      { QRLOGIN_STORE_REDIS_SENTINEL: JSON.stringify({ name: "qrlogin", nodes: [redis.address] }) },
      /^qrlogin: no Sentinel answers: [\d.:]+: ERR unknown command/,
    ));

  test("fails with the number of a database that does not exist", () =>
    expectStartError(at(`${redis.address}/99`), /^qrlogin: Redis at [\d.:]+ cannot be used: .*DB index/));

  test("fails at best effort if the configuration requires durability", async () => {
    const { address } = await other("--appendonly", "yes");
    await expectStartError(
      { ...at(address), QRLOGIN_STORE_REDIS_REQUIRE_DURABLE: "true" },
      /^qrlogin: store\.redis\.requireDurable: .*appendfsync everysec/,
    );
  });

  test("logs the durability once, at level warn with the risk if it is best effort", async () => {
    const everysec = await other("--appendonly", "yes");
    const lines = [redis, everysec].map(async ({ url }) => {
      const running = startQrlogin(["serve"], { ...anyPortEnvironment, QRLOGIN_STORE_REDIS_URL: url });
      await running.waitForLine('"msg":"ready"');
      running.kill("SIGTERM");
      const { code, stdout } = await running.exited;
      expect(code).toBe(0);
      const said = stdout.split("\n").filter((line) => line.includes("the store is"));
      return said.map((line) => JSON.parse(line));
    });
    const [durable, bestEffort] = await Promise.all(lines);
    expect(durable).toEqual([
      expect.objectContaining({
        level: 30,
        msg: expect.stringMatching(/^the store is durable: .*has no persistence/),
        servers: `${await productOf(redis)} at ${redis.address}`,
      }),
    ]);
    expect(bestEffort).toEqual([
      expect.objectContaining({
        level: 40,
        msg: expect.stringMatching(
          /^the store is BEST EFFORT: .*everysec.*exchanged, cancelled or withdrawn may become usable again$/,
        ),
      }),
    ]);
  });

  test("ends the process with exit code 1 and one line without secrets", async () => {
    const { port } = await withPassword();
    const url = `redis://someone:the-secret-of-the-store@127.0.0.1:${port}`;
    const { code, stdout, stderr } = await qrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_STORE_REDIS_URL: url,
    });
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /^qrlogin: Redis at 127\.0\.0\.1:\d+ refuses the user name or the password: [^\n]*\n$/,
    );
    expect(stdout + stderr).not.toContain("the-secret");
  });
});

/** Name and version of the installed server, such as `Redis 7.0.15` or `Valkey 8.1.1`. */
async function productOf(redis: RedisProcess): Promise<string> {
  const info = await infoOf(redis, "server");
  const valkey = info.get("valkey_version");
  return valkey ? `Valkey ${valkey}` : `Redis ${info.get("redis_version")}`;
}
