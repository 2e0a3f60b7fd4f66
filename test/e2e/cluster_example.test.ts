import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EnvironmentVariables, type RunningProcess, startProcess } from "../support/process.js";
import { hasRedis, withoutRedis } from "../support/redis/redis_process.js";

/** Runs the example with its temporary files in a separate folder. */
async function startExample(
  variables?: EnvironmentVariables,
): Promise<RunningProcess & { readonly folder: string }> {
  const folder = await createTempFolder();
  const args = ["--import", "tsx", "examples/cluster.ts"];
  return { ...startProcess(process.execPath, args, { TMPDIR: folder, ...variables }), folder };
}

async function createTempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "qrlogin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/**
 * Expects that no process and no folder is left. The compiler of a killed node exits a moment after the node.
 */
async function expectNothingLeft({
  pid,
  folder,
}: RunningProcess & { readonly folder: string }): Promise<void> {
  await expect.poll(() => groupState(pid)).toBe("exited");
  expect(readdirSync(folder).filter((name) => name.startsWith("qrlogin-"))).toEqual([]);
}

function groupState(pid: number): "running" | "exited" {
  try {
    process.kill(-pid, 0);
    return "running";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return "exited";
    throw error;
  }
}

/** Creates a folder with this program as `redis-server`, or an empty folder. */
async function createFolderWith(redisServer: string | undefined): Promise<string> {
  const bin = await createTempFolder();
  if (redisServer !== undefined) {
    writeFileSync(join(bin, "redis-server"), redisServer);
    chmodSync(join(bin, "redis-server"), 0o755);
  }
  return bin;
}

describe.skipIf(!hasRedis)(`the cluster example${withoutRedis}`, () => {
  it("shows a login across three nodes while the watched node is killed, and leaves nothing behind", async () => {
    const running = await startExample();
    const { code, stdout, stderr } = await running.exited;
    expect(stdout).toMatch(
      /durable[\s\S]*PENDING\nnode 3:[\s\S]*SCANNED by Alice\nnode 2:.*SIGKILL.*\n.*SCANNED by Alice\n[\s\S]*AUTHORIZED by Alice[\s\S]*userId: 'alice'/,
    );
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    await expectNothingLeft(running);
  });

  it.each([
    ["SIGINT", 130],
    ["SIGTERM", 143],
  ] as const)("leaves nothing behind when %s stops it during a login", async (signal, code) => {
    const running = await startExample();
    await running.waitForLine("PENDING");
    running.kill(signal);
    expect(await running.exited).toMatchObject({ code, stderr: "" });
    await expectNothingLeft(running);
  });
});

describe("the cluster example", () => {
  it("prints one line about how to install Redis if it is missing", async () => {
    const { code, stdout, stderr } = await (await startExample({ PATH: await createFolderWith(undefined) }))
      .exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^.*apt-get install redis-server.*\n$/);
  });

  it("reports why Redis does not start, and leaves nothing behind", async () => {
    const script = '#!/bin/sh\n[ "$1" = --version ] || { echo "Out of luck" >&2; exit 1; }\n';
    const path = `${await createFolderWith(script)}:${dirname(process.execPath)}:/usr/bin:/bin`;
    const running = await startExample({ PATH: path });
    const { code, stderr } = await running.exited;
    expect(code).toBe(1);
    expect(stderr).toBe("The example failed: redis-server exited before it was ready: Out of luck\n");
    await expectNothingLeft(running);
  });
});
