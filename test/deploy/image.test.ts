import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync } from "node:fs";
import { tmpdir } from "node:os";
import { dirname, join, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, onTestFinished, test } from "vitest";
import { stringify } from "yaml";
import { app, gateway, pool, temporaryFile } from "../support/config_files.js";
import { readyAddresses, startProcess } from "../support/process.js";
import { textOf } from "./files.js";

const root = fileURLToPath(new URL("../../", import.meta.url));
const lines = textOf("Dockerfile")
  .replaceAll(/\\\n\s*/g, "")
  .split("\n");

/** Returns the arguments of the instructions with this name, in file order. */
function instructions(name: string, of = lines): string[] {
  return of.filter((line) => line.startsWith(`${name} `)).map((line) => line.slice(name.length + 1));
}

const stages = lines.flatMap((line, index) => (line.startsWith("FROM ") ? [index] : []));
const buildStage = lines.slice(stages[0], stages[1]);
const lastStage = lines.slice(stages[1]);

/** Parses the arguments of a COPY instruction. */
function copyOf(args: string): { from: string | undefined; sources: string[]; target: string } {
  const all = args.split(" ");
  const from = all.find((arg) => arg.startsWith("--from="))?.slice("--from=".length);
  const paths = all.filter((arg) => !arg.startsWith("--"));
  return { from, sources: paths.slice(0, -1), target: paths.at(-1) ?? "" };
}

/** Files that .dockerignore lets through. It excludes everything else. */
const letThrough = readFileSync(join(root, ".dockerignore"), "utf8")
  .split("\n")
  .filter((line) => line.startsWith("!"))
  .map((line) => line.slice(1));

/** Executes the COPY instructions of a stage as a container engine would. */
function copyAll(stage: readonly string[], context: string, before: string, to: string): void {
  for (const { from, sources, target } of instructions("COPY", [...stage]).map(copyOf)) {
    for (const source of sources) {
      const name = source.replace(/^\/app\//, "");
      const isFolder = target.endsWith("/");
      if (!from) expect(letThrough, `${source} in .dockerignore`).toContain(name);
      const destination = join(to, isFolder ? join(target, name.split("/").at(-1) ?? "") : target);
      mkdirSync(dirname(destination), { recursive: true });
      cpSync(join(from ? before : context, name), destination, { recursive: true, verbatimSymlinks: true });
    }
  }
}

/** Copies the packages that `npm prune --omit=dev` keeps. */
function keepProductionPackages(to: string): void {
  const lock: { packages: Record<string, { dev?: boolean; devOptional?: boolean }> } = JSON.parse(
    readFileSync(join(root, "package-lock.json"), "utf8"),
  );
  for (const [name, { dev, devOptional }] of Object.entries(lock.packages)) {
    if (name === "" || dev || devOptional) continue;
    const folder = join(root, name);
    const isOwn = (path: string) =>
      path === folder || relative(folder, path).split(sep)[0] !== "node_modules";
    cpSync(folder, join(to, name), { recursive: true, filter: isOwn });
  }
}

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
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-image-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const [build, image] = [join(folder, "build"), join(folder, "image")];
  copyAll(buildStage, root, "", build);
  symlinkSync(join(root, "node_modules"), join(build, "node_modules"));
  const built = await startProcess("npm", ["run", "build", "--prefix", build]).exited;
  expect(built.code, built.stderr + built.stdout).toBe(0);
  rmSync(join(build, "node_modules"));
  keepProductionPackages(build);
  copyAll(lastStage, root, build, image);

  const file = temporaryFile(
    "qrlogin.yaml",
    stringify({
      grpc: { address: "127.0.0.1:0" },
      userPools: [pool],
      apps: [app],
      gateway: { ...gateway, address: "127.0.0.1:0" },
    }),
  );
  const start = (...args: string[]) =>
    startProcess(process.execPath, [join(image, "dist/src/main.js"), ...args], {
      NODE_ENV: "production",
      QRLOGIN_CONFIG: file,
    });
  const service = start("serve");
  const pages = start("gateway");
  const { grpc } = await readyAddresses(service);
  const { gateway: http } = await readyAddresses(pages);
  for (const address of [`grpc://${grpc}`, `http://${http}/healthz`]) {
    const check = startProcess(process.execPath, [join(image, "deploy/health_check.mjs"), address]);
    expect(await check.exited, address).toMatchObject({ code: 0, stderr: "" });
  }
  for (const each of [service, pages]) {
    each.kill("SIGTERM");
    expect((await each.exited).code).toBe(0);
  }
});
