import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { pino } from "pino";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { stringify } from "yaml";
import { combineReloadables, type Reloadable } from "../../../src/compose/reload/reloadable.js";
import { createReloader } from "../../../src/compose/reload/reloader.js";
import type { Config } from "../../../src/config/config.js";
import { readConfig } from "../../../src/config/load_config.js";
import { createManualClock } from "../../support/clock.js";
import { app, contentWith, pool } from "../../support/config_files.js";
import { eventually } from "../../support/eventually.js";

const always = { checkCode: { mode: "always" } };
const reloaded = "configuration reloaded";
const failed = "the configuration cannot be used; everything stays as it was";

/** Creates a reloader of the smallest configuration, which has looked at its file. It looks again after 10 s. */
async function setUp() {
  const folder = mkdtempSync(join(tmpdir(), "qrlogin-reload-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = join(folder, "qrlogin.yaml");
  const write = (next: object) => writeFileSync(file, stringify(next));
  write(contentWith({}));
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const clock = createManualClock();
  const read = () => readConfig({ file, env: {} });
  const first = read();
  if ("error" in first) throw first.error;
  const results: string[] = [];
  const applied: Config[] = [];
  const component: Reloadable = {
    prepareReload: vi.fn(async (config) => () => void applied.push(config)),
  };
  const { start, ...reloader } = createReloader({
    ...{ process: "service", config: first.config, files: first.files, read, clock },
  });
  onTestFinished(reloader.close);
  await eventually(async () => expect([clock.pendingCountWithin(9_999), clock.pendingCount]).toEqual([0, 1]));
  return {
    ...{ folder, file, write, lines, clock, results, applied, component },
    reloader: {
      ...reloader,
      start: (running: Reloadable) => start(running, log, (result) => void results.push(result)),
    },
    /** Waits until so many reloads have ended. */
    async ended(count: number) {
      await eventually(async () => expect(results).toHaveLength(count));
    },
  };
}

describe("a reload", () => {
  it("applies what has changed, and logs its path, a policy with its values", async () => {
    const { reloader, component, applied, lines, write, ended } = await setUp();
    reloader.start(component);
    write(contentWith({ policy: always, apps: [{ ...app, secretSha256: ["ab".repeat(32)] }] }));
    reloader.request();
    await ended(1);
    expect(applied).toMatchObject([{ policy: always, apps: [{ secretSha256: ["ab".repeat(32)] }] }]);
    expect(lines).toMatchObject([
      {
        ...{ level: 30, msg: reloaded, files: [expect.stringMatching(/qrlogin\.yaml$/)] },
        changes: ["policy.checkCode.mode: not set -> always", "apps[shop].secretSha256"],
      },
    ]);
    expect(JSON.stringify(lines)).not.toContain("abab");
  });

  it("names changes that need a restart, without their values, and does not apply them", async () => {
    const { reloader, component, applied, lines, write, ended } = await setUp();
    reloader.start(component);
    write(contentWith({ tickets: { ttl: "90s" }, policy: always }));
    reloader.request();
    await ended(1);
    expect(lines[1]).toMatchObject({
      ...{ level: 40, msg: "these changes of the configuration need a restart", paths: ["tickets.ttl"] },
    });
    expect(JSON.stringify(lines)).not.toContain("90000");
    expect(applied).toMatchObject([{ policy: always, tickets: { ttl: 120_000 } }]);
  });

  it("applies nothing if there is any problem, and logs all problems with their paths", async () => {
    const { reloader, component, lines, results, write, ended } = await setUp();
    reloader.start(component);
    write(contentWith({ policy: { checkCode: { mode: "on" } }, log: { level: "loud" } }));
    reloader.request();
    await ended(1);
    expect(component.prepareReload).not.toHaveBeenCalled();
    expect(results).toEqual(["failure"]);
    expect(lines).toMatchObject([
      {
        ...{ level: 50, msg: failed },
        problems: [
          expect.stringMatching(/qrlogin\.yaml:\d+:\d+: log\.level: must be one of /),
          expect.stringMatching(/: policy\.checkCode\.mode: must be one of off, always$/),
        ],
      },
    ]);
  });

  it("applies nothing if one of several components cannot be prepared, and survives that", async () => {
    const { reloader, component, applied, lines, write, ended } = await setUp();
    const broken = vi
      .fn<Reloadable["prepareReload"]>(async (config) => () => void applied.push(config))
      .mockRejectedValueOnce(new Error("no such key"));
    reloader.start(combineReloadables([component, { prepareReload: broken }]));
    write(contentWith({ policy: always }));
    reloader.request();
    await ended(1);
    expect(applied).toEqual([]);
    expect(lines).toMatchObject([{ level: 50, msg: failed, err: { message: "no such key" } }]);
    reloader.request();
    await ended(2);
    expect(applied).toHaveLength(2);
  });

  it("compares with what was applied last", async () => {
    const { reloader, component, lines, write, ended } = await setUp();
    reloader.start(component);
    for (const policy of [always, always, {}]) {
      write(contentWith({ policy }));
      reloader.request();
      await ended(lines.length + 1);
    }
    expect(lines).toMatchObject([
      { changes: ["policy.checkCode.mode: not set -> always"] },
      { changes: [], files: [] },
      { changes: ["policy.checkCode.mode: always -> not set"] },
    ]);
  });

  it("waits until the process has started", async () => {
    const { reloader, component, applied, write, ended } = await setUp();
    write(contentWith({ policy: always }));
    reloader.request();
    await Promise.resolve();
    expect(applied).toEqual([]);
    reloader.start(component);
    await ended(1);
    expect(applied).toHaveLength(1);
  });

  it("applies nothing once it is closed, even if it has begun", async () => {
    const { reloader, component, applied, ended } = await setUp();
    const slow: Reloadable = {
      async prepareReload(config) {
        reloader.close();
        return component.prepareReload(config);
      },
    };
    reloader.start(slow);
    reloader.request();
    await ended(1);
    expect(applied).toEqual([]);
  });
});

describe("a change of a file", () => {
  it("is applied without a request, once the file was the same in two looks", async () => {
    const { reloader, component, applied, clock, write, ended } = await setUp();
    reloader.start(component);
    write(contentWith({ policy: always }));
    clock.advance(10_000);
    await eventually(async () => expect(clock.pendingCountWithin(1_000)).toBe(1));
    expect(applied).toEqual([]);
    clock.advance(1_000);
    await ended(1);
    expect(applied).toMatchObject([{ policy: always }]);
  });

  it("is noticed in a file that the configuration names, although the configuration is the same", async () => {
    const content = (file: string) =>
      contentWith({ userPools: [{ ...pool, keys: { jwksFile: file } }], policy: always });
    const { folder, reloader, component, lines, clock, write, ended } = await setUp();
    const keys = join(folder, "keys.json");
    const jwks = (kid: string) =>
      JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid }] });
    writeFileSync(keys, jwks("one"));
    reloader.start(component);
    write(content(keys));
    reloader.request();
    await ended(1);
    writeFileSync(keys, jwks("two"));
    clock.advance(10_000);
    await eventually(async () => expect(clock.pendingCountWithin(1_000)).toBe(1));
    clock.advance(1_000);
    await ended(2);
    expect(lines.at(-1)).toMatchObject({ msg: reloaded, files: [keys], changes: [] });
  });

  it("that mends a file is applied, although the configuration that names the file was never applied", async () => {
    const { folder, reloader, component, results, clock, write, ended } = await setUp();
    const keys = join(folder, "keys.json");
    reloader.start(component);
    write(contentWith({ userPools: [{ ...pool, keys: { jwksFile: keys } }] }));
    reloader.request();
    await ended(1);
    writeFileSync(
      keys,
      JSON.stringify({ keys: [{ kty: "EC", crv: "P-256", x: "AA", y: "AA", kid: "one" }] }),
    );
    clock.advance(10_000);
    await eventually(async () => expect(clock.pendingCountWithin(1_000)).toBe(1));
    clock.advance(1_000);
    await ended(2);
    expect(results).toEqual(["failure", "success"]);
  });
});
