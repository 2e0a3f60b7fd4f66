import { spawnSync } from "node:child_process";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { app, gateway, pool, temporaryFile } from "../support/config_files.js";
import { type RunningProcess, readyAddresses, startProcess } from "../support/process.js";
import { findTool } from "../support/tools.js";
import { buildImageFolder, buildStage, instructions, lastStage } from "./image_folder.js";

const isolation = findTool("bubblewrap, apt-get and dpkg-deb", () =>
  [
    ["bwrap", "--unshare-user", "--ro-bind", "/", "/", "true"],
    ["apt-get", "--version"],
    ["dpkg-deb", "--version"],
  ]
    .filter(([command = "", ...args]) => spawnSync(command, args).status !== 0)
    .map(([command]) => `${command} does not run`)
    .at(0),
);

test("the image runs as a numeric non-root user, with Node.js as its first process", () => {
  expect(instructions("USER", lastStage)).toEqual(["1000:1000"]);
  expect(instructions("ENTRYPOINT", lastStage)).toEqual(['["node", "dist/src/main.js"]']);
  expect(instructions("CMD", lastStage)).toEqual(['["serve"]']);
  expect(instructions("STOPSIGNAL", lastStage)).toEqual(["SIGTERM"]);
  expect(instructions("ENV", lastStage)).toEqual(["NODE_ENV=production"]);
  expect(instructions("HEALTHCHECK", lastStage)[0]).toContain('["node", "deploy/health_check.mjs", ');
  expect(instructions("RUN", buildStage).join()).toMatch(/npm ci .*npm run build && npm prune --omit=dev/);
});

test("the image's files suffice to build it, and those of its last stage to run service and gateway", {
  timeout: 180_000,
}, async () => {
  const image = await buildImageFolder(temporaryFolder());
  await expectItServes((variables, ...args) =>
    startProcess(process.execPath, [join(image, args[0] ?? ""), ...args.slice(1)], variables),
  );
});

test.runIf(isolation.isUsable)(
  `the image's root file system runs read-only, as user 1000, on Debian's libraries alone${isolation.skipNote}`,
  { timeout: 240_000 },
  async () => {
    const folder = temporaryFolder();
    const image = await buildImageFolder(folder);
    const rootfs = join(folder, "rootfs");
    const script = fileURLToPath(new URL("../../scripts/rootfs", import.meta.url));
    const made = await startProcess("bash", [script, rootfs, image]).exited;
    expect(made.code, made.stderr).toBe(0);
    const start = (variables: Readonly<Record<string, string>>, ...args: string[]) =>
      startProcess("bwrap", [...isolated(rootfs, variables), "node", ...args]);
    const evaluated = async (code: string) => (await start({}, "--eval", code).exited).stdout.trim();
    expect(await evaluated("console.log(process.getuid(), process.version)")).toMatch(/^1000 v24\./);
    expect(
      await evaluated('try { fs.writeFileSync("/app/file", "") } catch (e) { console.log(e.code) }'),
    ).toBe("EROFS");
    await expectItServes(start, ({ pid }) => process.kill(onlyChildOf(pid), "SIGTERM"));
  },
);

/** Returns the arguments of bubblewrap for a container without privileges that has nothing of this machine. */
function isolated(rootfs: string, variables: Readonly<Record<string, string>>): string[] {
  const file = variables.QRLOGIN_CONFIG;
  return [
    ...["--unshare-all", "--share-net", "--uid", "1000", "--gid", "1000", "--die-with-parent", "--as-pid-1"],
    ...["--ro-bind", rootfs, "/", "--proc", "/proc", "--dev", "/dev", "--chdir", "/app"],
    // The configuration is mounted, as in a container.
    ...(file === undefined ? [] : ["--tmpfs", "/tmp", "--ro-bind", file, file]),
    ...["--clearenv", "--setenv", "PATH", "/usr/bin"],
    ...Object.entries(variables).flatMap(([name, value]) => ["--setenv", name, value]),
  ];
}

type Start = (variables: Readonly<Record<string, string>>, ...args: string[]) => RunningProcess;

/** Starts service and gateway, checks their health as the container's health check does, and stops them. */
async function expectItServes(
  start: Start,
  stop: (running: RunningProcess) => void = (running) => running.kill("SIGTERM"),
): Promise<void> {
  const file = temporaryFile(
    "qrlogin.yaml",
    stringify({
      grpc: { address: "127.0.0.1:0" },
      userPools: [pool],
      apps: [app],
      gateway: { ...gateway, address: "127.0.0.1:0" },
    }),
  );
  const variables = { NODE_ENV: "production", QRLOGIN_CONFIG: file };
  const service = start(variables, "dist/src/main.js", "serve");
  const pages = start(variables, "dist/src/main.js", "gateway");
  const { grpc } = await readyAddresses(service);
  const { gateway: http } = await readyAddresses(pages);
  for (const address of [`grpc://${grpc}`, `http://${http}/healthz`]) {
    const check = start({}, "deploy/health_check.mjs", address);
    expect(await check.exited, address).toMatchObject({ code: 0, stderr: "" });
  }
  for (const each of [service, pages]) {
    stop(each);
    expect((await each.exited).code).toBe(0);
  }
}

/** Returns the process inside: bubblewrap does not pass signals on. */
function onlyChildOf(pid: number): number {
  return Number(readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim());
}

function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-image-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  return folder;
}
