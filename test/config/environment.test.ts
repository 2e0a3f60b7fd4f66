import { describe, expect, test } from "vitest";
import { variableNameOf } from "../../src/config/environment.js";
import { configSchema } from "../../src/config/schema/config_schema.js";
import { settingsOf } from "../../src/config/schema/schema_tree.js";
import {
  app,
  collectPaths,
  collectProblems,
  contentWith,
  load,
  pool,
  temporaryFile,
} from "../support/config_files.js";
import { certificate, privateKey } from "../support/fixed_certificates.js";

/** What stands at a path of a configuration. */
function valueAt(config: object, path: readonly string[]): unknown {
  return path.reduce<unknown>(
    (node, key) => (typeof node === "object" && node !== null ? Reflect.get(node, key) : undefined),
    config,
  );
}

test("no two values have the same variable, with or without underscores", () => {
  const names = settingsOf(configSchema).map(({ path }) => variableNameOf(path).replaceAll("_", ""));
  expect(names.length).toBeGreaterThan(30);
  expect(new Set(names).size).toBe(names.length);
  expect(names).not.toContain("QRLOGINCONFIG");
});

test("every value is taken from its variable", () => {
  for (const { path } of settingsOf(configSchema)) {
    const name = variableNameOf(path);
    // No value has this form, and a variable that was not read would bring no mistake at the path.
    const expected = path.join(".");
    const env = { [name]: "\u0000" };
    const paths = collectPaths(contentWith({}), env, "check");
    if (paths.length === 0) {
      // Any text will do there: it has become part of the configuration.
      expect(valueAt(load(contentWith({}), env, "check"), path)).toBe("\u0000");
      continue;
    }
    // What is missing beside it, or does not go with it, is named in place of some.
    const section = /^((grpc|gateway)\.tls(?=\..*File$)|store\.redis)/.exec(expected)?.[0];
    expect(paths.some((each) => each.startsWith(section ?? expected))).toBe(true);
  }
});

describe("the environment beats the file", () => {
  const content = contentWith({
    grpc: {
      address: "127.0.0.1:1",
      reflection: false,
      limits: { messageBytes: 5000 },
      keepalive: { timeout: "1s" },
    },
    tickets: { ttl: "60s" },
  });

  test("with text, a number, a boolean, a duration and one of several words", () => {
    const { grpc, tickets, log } = load(content, {
      QRLOGIN_GRPC_ADDRESS: "127.0.0.1:2",
      QRLOGIN_GRPC_LIMITS_MESSAGE_BYTES: "6000",
      QRLOGIN_GRPC_REFLECTION: "true",
      QRLOGIN_TICKETS_TTL: "90s",
      QRLOGIN_LOG_LEVEL: "debug",
    });
    expect(grpc).toMatchObject({ address: "127.0.0.1:2", limits: { messageBytes: 6000 }, reflection: true });
    expect(grpc.keepalive.timeout).toBe(1000);
    expect(tickets.ttl).toBe(90_000);
    expect(log.level).toBe("debug");
  });

  test("with a name whose words are not separated", () => {
    expect(load(content, { QRLOGIN_GRPC_LIMITS_MESSAGEBYTES: "7000" }).grpc.limits.messageBytes).toBe(7000);
  });

  test("with values two maps down, of which the file has none", () => {
    const certFile = temporaryFile("tls.crt", certificate);
    const keyFile = temporaryFile("tls.key", privateKey);
    const env = { QRLOGIN_GRPC_TLS_CERT_FILE: certFile, QRLOGIN_GRPC_TLS_KEY_FILE: keyFile };
    expect(load(content, env).grpc.tls).toEqual({ certFile, keyFile });
  });

  test("with a list as JSON, which replaces the whole list", () => {
    const env = { QRLOGIN_APPS: JSON.stringify([{ ...app, id: "other" }]) };
    expect(load(content, env).apps.map(({ id }) => id)).toEqual(["other"]);
  });

  test("with a map as JSON, and with a value in it over that, in any order", () => {
    const env = { QRLOGIN_GRPC_KEEPALIVE_TIMEOUT: "3s", QRLOGIN_GRPC_KEEPALIVE: '{"interval":"1m"}' };
    expect(load(content, env).grpc.keepalive).toEqual({ interval: 60_000, timeout: 3000 });
    const alone = { QRLOGIN_GRPC_KEEPALIVE: '{"interval":"1m"}' };
    expect(load(content, alone).grpc.keepalive).toEqual({ interval: 60_000, timeout: 10_000 });
  });
});

test("user pools and apps may come from the environment alone", () => {
  const env = { QRLOGIN_USER_POOLS: JSON.stringify([pool]), QRLOGIN_APPS: JSON.stringify([app]) };
  const config = load("", env);
  expect(config.development).toBe(false);
  expect(config.userPools[0]?.id).toBe("customers");
});

test("a variable of ours that names nothing is a mistake, with the one that was meant", () => {
  const env = {
    QRLOGIN_GRPC_ADRESS: "127.0.0.1:1",
    QRLOGIN_VOLUME: "11",
    QRLOGIN_grpc_address: "x",
    OTHER: "1",
  };
  expect(collectProblems(() => load(contentWith({}), env))).toEqual([
    {
      path: "QRLOGIN_GRPC_ADRESS",
      message: "is not a variable of the configuration; did you mean QRLOGIN_GRPC_ADDRESS?",
    },
    { path: "QRLOGIN_VOLUME", message: "is not a variable of the configuration" },
    {
      path: "QRLOGIN_grpc_address",
      message: "is not a variable of the configuration; did you mean QRLOGIN_GRPC_ADDRESS?",
    },
  ]);
});

test("two spellings of one variable are a mistake", () => {
  const env = { QRLOGIN_GRPC_LIMITS_MESSAGEBYTES: "5000", QRLOGIN_GRPC_LIMITS_MESSAGE_BYTES: "6000" };
  expect(collectProblems(() => load(contentWith({}), env))).toEqual([
    {
      path: "QRLOGIN_GRPC_LIMITS_MESSAGE_BYTES",
      message: "sets the same value as QRLOGIN_GRPC_LIMITS_MESSAGEBYTES",
    },
  ]);
});

test.each([
  ["QRLOGIN_GRPC_LIMITS_MESSAGE_BYTES", "64KiB", "must be a whole number"],
  ["QRLOGIN_GRPC_LIMITS_MESSAGE_BYTES", "", "must be a whole number"],
  ["QRLOGIN_GRPC_REFLECTION", "yes", "must be true or false"],
  ["QRLOGIN_WATCH_HEARTBEAT_INTERVAL", "15", "must be a duration"],
  ["QRLOGIN_APPS", "shop", "must be a list"],
  ["QRLOGIN_APPS", "", "must be a list"],
  ["QRLOGIN_GRPC_TLS", "[]", "must be a map"],
])("a mistake in %s=%j names the variable", (name, text, message) => {
  const [problem, ...more] = collectProblems(() => load(contentWith({}), { [name]: text }));
  expect(more).toEqual([]);
  expect(problem?.message).toContain(message);
  expect(problem?.message).toContain(`(from ${name}`);
});

test("a variable for a value where the file has no map leaves the mistake of the file", () => {
  const problems = collectProblems(() => load(contentWith({ grpc: 5 }), { QRLOGIN_GRPC_REFLECTION: "true" }));
  expect(problems).toEqual([{ path: "grpc", message: "must be a map" }]);
});
