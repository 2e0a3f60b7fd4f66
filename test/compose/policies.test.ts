import { pino } from "pino";
import { describe, expect, it, vi } from "vitest";
import { createPolicies, createPolicyReloader } from "../../src/compose/policies.js";
import type { Config } from "../../src/config/config.js";
import { ConfigError } from "../../src/config/config_error.js";
import type { PolicySources } from "../../src/config/policy/resolve_policy.js";
import { defaultPolicy } from "../../src/domain/policy.js";
import { app, load, pool } from "../support/config_files.js";

const secretSha256 = ["ab".repeat(32)];
const blog = { id: "blog", userPool: "customers", secretSha256 };

interface Content {
  readonly policy?: object;
  readonly ofPool?: object;
  readonly ofShop?: object;
  readonly others?: object;
}

/** Returns a configuration with the apps shop and blog, and with these policies. */
function configWith({ policy = {}, ofPool = {}, ofShop = {}, others = {} }: Content): Config {
  return load({
    ...{ policy, userPools: [{ ...pool, policy: ofPool }] },
    ...{ apps: [{ ...app, policy: ofShop }, blog], ...others },
  });
}

/** Creates a reloader of a running configuration. `next` is what it reads. */
function setUp(running: Config) {
  const lines: Record<string, unknown>[] = [];
  const log = pino({ level: "trace" }, { write: (line) => void lines.push(JSON.parse(line)) });
  const load = vi.fn<() => Config>();
  const apply = vi.fn<(sources: PolicySources) => void>();
  const reload = createPolicyReloader({ config: running, load, log });
  return {
    ...{ apply, lines },
    reload(next: () => Config) {
      lines.length = 0;
      apply.mockClear();
      load.mockImplementationOnce(next);
      reload(apply);
    },
    /** Returns the configuration that was applied. */
    applied: () => apply.mock.calls[0]?.[0] as Config,
  };
}

const always = { checkCode: { mode: "always" } };

describe("a reload of the policy", () => {
  it("applies the policies of every level, and logs each changed value", () => {
    const { reload, lines, applied } = setUp(
      configWith({ policy: { qrRotation: { interval: "10s" } }, ofShop: { checkCode: { digits: 5 } } }),
    );
    const next = configWith({
      ...{ policy: always, ofPool: { qrRotation: { interval: "2m", overlap: "1500ms" } } },
    });
    reload(() => next);
    expect(applied()).toMatchObject({ policy: next.policy, userPools: next.userPools, apps: next.apps });
    expect(lines).toMatchObject([
      {
        ...{ level: 30, msg: "policy reloaded" },
        changes: [
          "policy.checkCode.mode: not set -> always",
          "policy.qrRotation.interval: 10s -> not set",
          "userPools[customers].policy.qrRotation.interval: not set -> 2m",
          "userPools[customers].policy.qrRotation.overlap: not set -> 1500ms",
          "apps[shop].policy.checkCode.digits: 5 -> not set",
        ],
      },
    ]);
  });

  it("applies nothing if there is any problem, and logs all problems with their paths", () => {
    const { reload, apply, lines } = setUp(configWith({}));
    reload(() => configWith({ policy: { checkCode: { mode: "on" } }, others: { log: { level: "loud" } } }));
    expect(apply).not.toHaveBeenCalled();
    expect(lines).toEqual([
      expect.objectContaining({
        ...{ level: 50, msg: "the configuration cannot be used; the policy stays as it was" },
        problems: [
          expect.stringMatching(/qrlogin\.yaml:\d+:\d+: log\.level: must be one of /),
          expect.stringMatching(/: policy\.checkCode\.mode: must be one of off, always$/),
        ],
      }),
    ]);
  });

  it("survives a fault of the reload, which must not end a running process", () => {
    const { reload, apply, lines } = setUp(configWith({}));
    reload(() => {
      throw new RangeError("a fault");
    });
    expect(apply).not.toHaveBeenCalled();
    expect(lines).toMatchObject([{ level: 50, err: { message: "a fault" } }]);
    reload(() => configWith({ policy: always }));
    expect(apply).toHaveBeenCalledTimes(1);
  });

  it("names the paths of other changes without their values, and does not apply them", () => {
    const running = configWith({});
    const { reload, lines, applied } = setUp(running);
    const other = { ...blog, id: "forum", policy: always };
    const next = configWith({
      policy: always,
      others: {
        tickets: { ttl: "90s" },
        userPools: [{ ...pool, audience: ["web"], policy: always }],
        apps: [{ ...app, name: "A new name", secretSha256, policy: always }, other],
      },
    });
    reload(() => next);
    expect(lines[1]).toMatchObject({
      ...{ level: 40, msg: "these changes of the configuration need a restart" },
      paths: [
        "tickets.ttl",
        "userPools[customers].audience",
        "apps[shop].secretSha256",
        "apps[shop].name",
        "apps[blog]",
        "apps[forum]",
      ],
    });
    expect(JSON.stringify(lines)).not.toMatch(/A new name|90000|abab/);
    expect(applied()).toEqual({
      ...{ ...running, policy: next.policy },
      userPools: [{ ...running.userPools[0], policy: next.userPools[0]?.policy }],
      apps: [{ ...running.apps[0], policy: next.apps[0]?.policy }, running.apps[1]],
    });
  });

  it("compares with the policies that were last applied", () => {
    const { reload, lines } = setUp(configWith({}));
    reload(() => configWith({ policy: always }));
    reload(() => configWith({ policy: always }));
    expect(lines).toMatchObject([{ msg: "policy reloaded", changes: [] }]);
    reload(() => {
      throw new ConfigError([]);
    });
    reload(() => configWith({}));
    expect(lines).toMatchObject([{ changes: ["policy.checkCode.mode: always -> not set"] }]);
  });
});

describe("the policies of all apps", () => {
  it("are those of the last configuration, and the defaults for an unknown app", () => {
    const policies = createPolicies(configWith({ ofShop: always }));
    expect([policies.ofApp("shop").checkCode.mode, policies.ofApp("blog").checkCode.mode]).toEqual([
      ...["always", "off"],
    ]);
    policies.replace(configWith({ ofPool: { checkCode: { mode: "always", digits: 4 } } }));
    expect(policies.ofApp("shop").checkCode).toEqual({ mode: "always", digits: 4 });
    for (const unknown of ["nobody", "constructor", "__proto__"])
      expect(policies.ofApp(unknown)).toBe(defaultPolicy);
  });
});
