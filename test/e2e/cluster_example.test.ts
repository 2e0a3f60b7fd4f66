import { chmodSync, readdirSync, writeFileSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { type EnvironmentVariables, type RunningProcess, startProcess } from "../support/process.js";
import { hasRedis, withoutRedis } from "../support/redis/redis_process.js";

/** Runs the example with temporary files in a folder of its own. */
async function startExample(
  variables?: EnvironmentVariables,
): Promise<RunningProcess & { readonly folder: string }> {
  const folder = await createTempFolder();
  const words = ["--import", "tsx", "examples/cluster.ts"];
  return { ...startProcess(process.execPath, words, { TMPDIR: folder, ...variables }), folder };
}

async function createTempFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "qrlogin-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  return folder;
}

/** Neither a process nor a folder: the compiler of a node that was killed goes a moment after it. */
async function expectNothingLeft({
  pid,
  folder,
}: RunningProcess & { readonly folder: string }): Promise<void> {
  await expect.poll(() => signalGroup(pid)).toBe("nobody");
  expect(readdirSync(folder).filter((name) => name.startsWith("qrlogin-"))).toEqual([]);
}

function signalGroup(pid: number): "somebody" | "nobody" {
  try {
    process.kill(-pid, 0);
    return "somebody";
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ESRCH") return "nobody";
    throw error;
  }
}

/** A folder that holds this program as `redis-server`, or nothing. */
async function createFolderWith(redisServer: string | undefined): Promise<string> {
  const bin = await createTempFolder();
  if (redisServer !== undefined) {
    writeFileSync(join(bin, "redis-server"), redisServer);
    chmodSync(join(bin, "redis-server"), 0o755);
  }
  return bin;
}

describe.skipIf(!hasRedis)(`the cluster example${withoutRedis}`, () => {
  it("shows a login that crosses three nodes while the one that is watched is killed, and leaves nothing behind", async () => {
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
  ] as const)("leaves nothing behind when %s stops it half-way", async (signal, code) => {
    const running = await startExample();
    await running.waitForLine("PENDING");
    running.kill(signal);
    expect(await running.exited).toMatchObject({ code, stderr: "" });
    await expectNothingLeft(running);
  });
});

describe("the cluster example", () => {
  it("says in one line how to install Redis where there is none", async () => {
    const { code, stdout, stderr } = await (await startExample({ PATH: await createFolderWith(undefined) }))
      .exited;
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^.*apt-get install redis-server.*\n$/);
  });

  it("says why Redis does not start, and leaves nothing behind", async () => {
    const script = '#!/bin/sh\n[ "$1" = --version ] || { echo "Out of luck" >&2; exit 1; }\n';
    const path = `${await createFolderWith(script)}:${dirname(process.execPath)}:/usr/bin:/bin`;
    const running = await startExample({ PATH: path });
    const { code, stderr } = await running.exited;
    expect(code).toBe(1);
    expect(stderr).toBe("The example failed: redis-server has stopped: Out of luck\n");
    await expectNothingLeft(running);
  });
});
