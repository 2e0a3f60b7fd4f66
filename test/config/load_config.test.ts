import { describe, expect, test } from "vitest";
import type { Config } from "../../src/config/config.js";
import { ConfigError, formatProblem, formatProblems } from "../../src/config/config_error.js";
import { loadConfig } from "../../src/config/load_config.js";
import { resolvePolicy } from "../../src/config/policy/resolve_policy.js";
import {
  app,
  collectPaths,
  collectProblems,
  collectReported,
  contentWith,
  development,
  load,
  pool,
  temporaryFile,
} from "../support/config_files.js";

test("problems of all kinds are reported together", () => {
  const text = `
grpc: { address: "0.0.0.0:50051", tls: { certFile: /nowhere/tls.crt } }
watch: { heartbeatInterval: 15 }
tickets: { ttl: 20s }
colour: red
userPools:
  - { id: customers, issuer: urn:a, audience: a, keys: { hs256Secret: short } }
  - { id: staff, issuer: urn:a, audience: [b, a], keys: { jwksFile: /nowhere/jwks.json } }
apps:
  - { id: shop, userPool: nobody, secretSha256: abc }
`;
  expect(collectPaths(text, { QRLOGIN_VOLUME: "11", QRLOGIN_STORE_MAX_TICKETS: "many" }).toSorted()).toEqual([
    "QRLOGIN_VOLUME",
    "apps[0].secretSha256[0]",
    "apps[0].userPool",
    "colour",
    "grpc.tls.certFile",
    "grpc.tls.keyFile",
    "store.maxTickets",
    "tickets.ttl",
    "userPools[0].keys.hs256Secret",
    "userPools[1].audience",
    "userPools[1].keys.jwksFile",
    "watch.heartbeatInterval",
  ]);
});

test("problems are formatted one per line, each with its path", () => {
  const error = new ConfigError([
    { path: "grpc.address", message: "is missing" },
    { path: "apps[0].id", message: "must be text" },
  ]);
  expect(formatProblems(error)).toBe("grpc.address: is missing\napps[0].id: must be text");
  expect(error.message).toContain(formatProblems(error));
});

test("a problem with a place is formatted so that editors link to it, with the other place at its end", () => {
  const at = (line: number) => ({ file: "qrlogin.yaml", line, column: 3 });
  const problems = [
    { path: "grpc.address", message: "is missing", position: at(2) },
    { path: "qrlogin.yaml", message: "is not valid YAML", position: at(4) },
    {
      path: "apps[1].id",
      message: "is twice",
      position: at(9),
      other: { path: "apps[0].id", position: at(7) },
    },
  ];
  expect(problems.map(formatProblem)).toEqual([
    "qrlogin.yaml:2:3: grpc.address: is missing",
    "qrlogin.yaml:4:3: is not valid YAML",
    "qrlogin.yaml:9:3: apps[1].id: is twice (apps[0].id: line 7)",
  ]);
});

test("the configuration is deeply frozen, and the development identities are not modified", () => {
  const assertFrozen = (value: unknown): void => {
    if (typeof value !== "object" || value === null) return;
    expect(Object.isFrozen(value)).toBe(true);
    for (const inner of Object.values(value)) assertFrozen(inner);
  };
  assertFrozen(load(contentWith({})));
  assertFrozen(loadConfig({ env: {}, developmentPreset: development }));
  expect(Object.isFrozen(development.apps)).toBe(false);
});

describe("the configuration file", () => {
  test("the requested file takes precedence over the one in the environment", () => {
    const file = temporaryFile("a.yaml", JSON.stringify(contentWith({ log: { level: "warn" } })));
    const other = temporaryFile("b.yaml", JSON.stringify(contentWith({ log: { level: "error" } })));
    expect(loadConfig({ file, env: { QRLOGIN_CONFIG: other } }).log.level).toBe("warn");
    expect(loadConfig({ env: { QRLOGIN_CONFIG: other } }).log.level).toBe("error");
  });

  test("a missing file is a problem, and the environment is checked nevertheless", () => {
    const env = { QRLOGIN_CONFIG: "/nowhere/qrlogin.yaml", QRLOGIN_LOG_LEVEL: "loud", QRLOGIN_VOLUME: "11" };
    expect(collectProblems(() => loadConfig({ env, developmentPreset: development }))).toEqual([
      { path: "/nowhere/qrlogin.yaml", message: "the file does not exist" },
      { path: "QRLOGIN_VOLUME", message: "is not a configuration variable: unset it" },
      expect.objectContaining({ path: "log.level" }),
    ]);
  });

  test.each([
    ["grpc:\n  address: [\nlog: {}\n", 3, 1],
    ["log: {}\nlog: {}\n", 2, 1],
    ["apps: !secret x\n", 1, 7],
    ["a: 1\n---\nb: 2\n", 2, 1],
    ["grpc:\n\taddress: x\n", 2, 1],
    ["log: {}\r\n\r\ngrpc: 'é\r\n", 3, 7],
  ])("the YAML %j is rejected with line and column", (text, line, column) => {
    const [problem] = collectReported(() => load(text));
    expect(problem?.path).toMatch(/qrlogin\.yaml$/);
    expect(problem?.message).toContain("is not valid YAML");
    expect(problem?.position).toEqual({ file: problem?.path, line, column });
  });

  test.each([
    "apps: *nowhere",
    "a: &a [x,x]\nb: &b [*a,*a,*a,*a,*a,*a,*a,*a,*a,*a,*a]\nc: [*b,*b,*b,*b,*b,*b,*b,*b,*b,*b]",
  ])("circular, expanding or undefined aliases are rejected: %j", (text) => {
    const [problem] = collectProblems(() => load(text));
    expect(problem?.path).toMatch(/qrlogin\.yaml$/);
  });

  test("a file whose content is not a map is rejected under the name of the file", () => {
    const problems = collectProblems(() => load("- apps\n"));
    expect(problems).toEqual([
      {
        path: expect.stringMatching(/qrlogin\.yaml$/),
        message: expect.stringMatching(/^must be a map, not a list/),
      },
    ]);
  });
});

describe("secrets in a rejected configuration", () => {
  const secret = "hunter2-hunter2-hunter2-hunter2";
  const reported = (loading: () => Config): string => {
    try {
      loading();
    } catch (error) {
      // Includes the error's cause and stack, which a careless log line would contain.
      if (error instanceof ConfigError)
        return `${formatProblems(error)}${error.stack}${JSON.stringify(error)}${error.cause}`;
    }
    throw new Error("the configuration was accepted");
  };

  test.each([
    ["too short", contentWith({ userPools: [{ ...pool, keys: { hs256Secret: secret } }] })],
    ["in a list", contentWith({ userPools: [{ ...pool, keys: { hs256Secret: [secret] } }] })],
    [
      "beside another source",
      contentWith({ userPools: [{ ...pool, keys: { ...pool.keys, hs256Secret: secret } }] }),
    ],
    ["in place of keys", contentWith({ userPools: [{ ...pool, keys: secret }] })],
    ["in place of a digest", contentWith({ apps: [{ ...app, secretSha256: secret }] })],
    ["under a key that is not there", contentWith({ userPools: [{ ...pool, secret }] })],
    ["in place of an algorithm", contentWith({ userPools: [{ ...pool, algorithms: [secret] }] })],
    ["in a URL", contentWith({ userPools: [{ ...pool, keys: { jwksUri: `https://a:${secret}@b` } }] })],
    ["in YAML that is broken behind it", `apps: [ { secretSha256: "${secret}" } ]]\n`],
    ["in YAML that is broken before it", `apps: @${secret}\n`],
    ["with a wrong escape", `apps: "\\q${secret}"\n`],
    ["as a tag", `apps: !${secret} x\n`],
    ["as an alias", `apps: *${secret}\n`],
  ])("a secret is not repeated in the error: %s", (_, content) => {
    const text = reported(() => load(content));
    expect(text).not.toContain("hunter2");
  });

  test.each(["QRLOGIN_APPS", "QRLOGIN_USER_POOLS", "QRLOGIN_GRPC_REFLECTION", "QRLOGIN_STORE_KIND"])(
    "a secret in the variable %s is not repeated in the error",
    (name) => {
      expect(reported(() => load(contentWith({}), { [name]: `[${secret}` }))).not.toContain("hunter2");
    },
  );
});

describe("development mode", () => {
  test("development mode starts without any configuration", () => {
    const config = loadConfig({ env: {}, developmentPreset: development });
    expect(config.development).toBe(true);
    expect(config.apps).toEqual(development.apps);
    expect(config.userPools).toEqual(development.userPools);
    expect(config.grpc.address).toBe("127.0.0.1:50051");
  });

  test("development mode takes a policy from the environment and keeps its identities", () => {
    const env = {
      QRLOGIN_POLICY_CHECK_CODE_MODE: "always",
      QRLOGIN_POLICY_QR_ROTATION_INTERVAL: "10s",
    };
    const config = loadConfig({ env, developmentPreset: development });
    expect(config.development).toBe(true);
    expect([config.apps, config.userPools]).toEqual([development.apps, development.userPools]);
    for (const app of config.apps) {
      const policy = resolvePolicy(config, app);
      expect([policy.checkCode.mode, policy.qrRotation.interval]).toEqual(["always", 10_000]);
    }
  });

  test("development mode does not start with a file, or with apps or pools in the environment", () => {
    expect(load(contentWith({})).development).toBe(false);
    const paths = (env: Record<string, string>) =>
      collectProblems(() => loadConfig({ env, developmentPreset: development })).map(({ path }) => path);
    expect(paths({ QRLOGIN_APPS: JSON.stringify([app]) })).toContain("userPools");
    expect(paths({ QRLOGIN_USER_POOLS: JSON.stringify([pool]) })).toContain("apps");
    expect(paths({ QRLOGIN_APPS: "" })).toContain("userPools");
    expect(paths({ QRLOGIN_USERPOOLS: "[]", QRLOGIN_APPS: "[]" })).toEqual(["userPools", "apps"]);
  });

  test("development mode does not start with an empty file or an empty file name", () => {
    expect(collectPaths("")).toEqual(["userPools", "apps"]);
    expect(
      collectProblems(() => loadConfig({ env: { QRLOGIN_CONFIG: "" }, developmentPreset: development })),
    ).toEqual([{ path: "QRLOGIN_CONFIG", message: "must name a file" }]);
    expect(collectProblems(() => loadConfig({ file: "", env: {}, developmentPreset: development }))).toEqual([
      { path: "--config", message: "must name a file" },
    ]);
  });

  test("development mode requires its identities", () => {
    expect(collectProblems(() => loadConfig({ env: {} })).map(({ path }) => path)).toEqual([
      "userPools",
      "apps",
    ]);
  });

  test.each(["127.0.0.1:0", "127.9.9.9:0", "[::1]:0", "localhost:0"])(
    "development mode listens on %s",
    (address) => {
      const config = loadConfig({ env: { QRLOGIN_GRPC_ADDRESS: address }, developmentPreset: development });
      expect(config.grpc.address).toBe(address);
      expect(config.development).toBe(true);
    },
  );

  test.each(["0.0.0.0:0", "[::]:0", "192.168.0.1:0", "example.com:0"])(
    "development mode refuses to listen on %s",
    (address) => {
      const env = { QRLOGIN_GRPC_ADDRESS: address, QRLOGIN_GRPC_ALLOW_PLAINTEXT_ON_NETWORK: "true" };
      const [problem, ...more] = collectProblems(() => loadConfig({ env, developmentPreset: development }));
      expect(more).toEqual([]);
      expect(problem?.path).toBe("grpc.address");
      expect(problem?.message).toContain("development mode");
    },
  );

  test.each(["production", "Production", " production "])(
    "development mode refuses to start with NODE_ENV=%j",
    (NODE_ENV) => {
      const env = { NODE_ENV, QRLOGIN_GRPC_ADDRESS: "0.0.0.0:1" };
      const paths = collectProblems(() => loadConfig({ env, developmentPreset: development })).map(
        ({ path }) => path,
      );
      expect(paths).toEqual(["NODE_ENV", "grpc.address"]);
    },
  );

  test("development mode takes every other value from the environment", () => {
    const env = { QRLOGIN_TICKETS_TTL: "40s", QRLOGIN_LOG_LEVEL: "silent", NODE_ENV: "test" };
    const { tickets, log } = loadConfig({ env, developmentPreset: development });
    expect(tickets.ttl).toBe(40_000);
    expect(log.level).toBe("silent");
  });

  test("a full configuration may be used with NODE_ENV=production", () => {
    expect(load(contentWith({}), { NODE_ENV: "production" }).development).toBe(false);
  });
});
