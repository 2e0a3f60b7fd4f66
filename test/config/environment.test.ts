import { describe, expect, test } from "vitest";

import { configSchema } from "../../src/config/schema/config_schema.js";
import { settingsOf } from "../../src/config/schema/schema_tree.js";
import { variableNameOf } from "../../src/config/variable_name.js";
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

/** Returns the value at a path of a configuration. */
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

test("every value can be set by its variable", () => {
  for (const { path } of settingsOf(configSchema)) {
    const name = variableNameOf(path);
    // No value has this format. If the variable were ignored, there would be no problem at the path.
    const expected = path.join(".");
    const env = { [name]: "\u0000" };
    const paths = collectPaths(contentWith({}), env, "check");
    if (paths.length === 0) {
      // Any text is valid here, so it must be part of the configuration.
      expect(valueAt(load(contentWith({}), env, "check"), path)).toBe("\u0000");
      continue;
    }
    // For some values, the problem names a missing or conflicting value beside it.
    const section = /^((grpc|gateway)\.tls(?=\..*File$)|store\.redis)/.exec(expected)?.[0];
    expect(paths.some((each) => each.startsWith(section ?? expected))).toBe(true);
  }
});

describe("precedence of the environment over the file", () => {
  const content = contentWith({
    grpc: {
      address: "127.0.0.1:1",
      reflection: false,
      limits: { messageBytes: 5000 },
      keepalive: { timeout: "1s" },
    },
    tickets: { ttl: "60s" },
  });

  test("the environment overrides a text, a number, a boolean, a duration and an enumeration", () => {
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

  test("a variable's words need no underscores between them", () => {
    expect(load(content, { QRLOGIN_GRPC_LIMITS_MESSAGEBYTES: "7000" }).grpc.limits.messageBytes).toBe(7000);
  });

  test("the environment sets values in nested maps that the file does not have", () => {
    const certFile = temporaryFile("tls.crt", certificate);
    const keyFile = temporaryFile("tls.key", privateKey);
    const env = { QRLOGIN_GRPC_TLS_CERT_FILE: certFile, QRLOGIN_GRPC_TLS_KEY_FILE: keyFile };
    expect(load(content, env).grpc.tls).toMatchObject({ certFile, keyFile });
  });

  test("the environment replaces a whole list, given as JSON", () => {
    const env = { QRLOGIN_APPS: JSON.stringify([{ ...app, id: "other" }]) };
    expect(load(content, env).apps.map(({ id }) => id)).toEqual(["other"]);
  });

  test("a variable for a value overrides one for its map, in any order", () => {
    const env = { QRLOGIN_GRPC_KEEPALIVE_TIMEOUT: "3s", QRLOGIN_GRPC_KEEPALIVE: '{"interval":"1m"}' };
    expect(load(content, env).grpc.keepalive).toEqual({ interval: 60_000, timeout: 3000 });
    const alone = { QRLOGIN_GRPC_KEEPALIVE: '{"interval":"1m"}' };
    expect(load(content, alone).grpc.keepalive).toEqual({ interval: 60_000, timeout: 10_000 });
  });
});

test("user pools and apps may be set by the environment alone", () => {
  const env = { QRLOGIN_USER_POOLS: JSON.stringify([pool]), QRLOGIN_APPS: JSON.stringify([app]) };
  const config = load("", env);
  expect(config.development).toBe(false);
  expect(config.userPools[0]?.id).toBe("customers");
});

test("an unknown variable with our prefix is a problem, with the most similar name as a suggestion", () => {
  const env = {
    QRLOGIN_GRPC_ADRESS: "127.0.0.1:1",
    QRLOGIN_VOLUME: "11",
    QRLOGIN_grpc_address: "x",
    OTHER: "1",
  };
  expect(collectProblems(() => load(contentWith({}), env))).toEqual([
    {
      path: "QRLOGIN_GRPC_ADRESS",
      message: "is not a configuration variable; did you mean QRLOGIN_GRPC_ADDRESS?",
    },
    { path: "QRLOGIN_VOLUME", message: "is not a configuration variable: unset it" },
    {
      path: "QRLOGIN_grpc_address",
      message: "is not a configuration variable; did you mean QRLOGIN_GRPC_ADDRESS?",
    },
  ]);
});

test("two spellings of the same variable are a problem", () => {
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
])("a problem in %s=%j names the variable", (name, text, message) => {
  const [problem, ...more] = collectProblems(() => load(contentWith({}), { [name]: text }));
  expect(more).toEqual([]);
  expect(problem?.message).toContain(message);
  expect(problem?.message).toContain(`(from ${name}`);
});

test("a variable for a value in what is not a map leaves the file's problem as it is", () => {
  const problems = collectProblems(() => load(contentWith({ grpc: 5 }), { QRLOGIN_GRPC_REFLECTION: "true" }));
  expect(problems).toEqual([
    { path: "grpc", message: expect.stringMatching(/^must be a map; the keys here are /) },
  ]);
});
