import { randomBytes } from "node:crypto";
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { readAdminSecret } from "../../src/config/admin_secret.js";
import { describeOpenMode } from "../../src/config/files/read_secret.js";
import { readConfig } from "../../src/config/load_config.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import {
  app,
  collectProblems,
  contentWith,
  gateway,
  introspectionPoolWith,
  load,
  pool,
  temporaryFile,
} from "../support/config_files.js";
import { createNamedPipe } from "../support/named_pipe.js";

/** Writes a secret as most programs do, with a line break at its end. */
const secretFile = (text: string) => temporaryFile("secret", `${text}\n`);

const redis = (keys: object) => contentWith({ store: { redis: { url: "redis://127.0.0.1:6379", ...keys } } });
const randomKey = () => randomBytes(32).toString("base64url");

/** Returns the problems of a configuration, as `path: message`. */
const problemsOf = (content: object, env: Record<string, string> = {}) =>
  collectProblems(() => load(content, env)).map(({ path, message }) => `${path}: ${message}`);

describe("a secret in a file", () => {
  it("of the gateway is read for a diagnosis too, which checks the gateway as well as the service", () => {
    const keys = { handleKeys: undefined, handleKeysFile: secretFile(gateway.handleKeys.join("\n")) };
    const file = temporaryFile("qrlogin.yaml", stringify(contentWith({ gateway: { ...gateway, ...keys } })));
    const reading = readConfig({ file, env: {}, purpose: "diagnose" });
    expect(reading).toMatchObject({ config: { gateway: { handleKeys: gateway.handleKeys } } });
  });

  it("can take the place of every secret of the configuration", () => {
    const [shared, key, otherKey] = [randomKey(), randomKey(), randomKey()];
    const config = load(
      contentWith({
        store: {
          redis: {
            sentinel: {
              ...{ name: "main", nodes: "127.0.0.1:26379" },
              passwordFile: secretFile("sentinel's"),
            },
            passwordFile: secretFile("redis's"),
          },
        },
        userPools: [
          { ...pool, issuer: "https://a.example.com", keys: { hs256SecretFile: secretFile(shared) } },
          introspectionPoolWith({ clientSecret: undefined, clientSecretFile: secretFile("client's") }),
        ],
        apps: [
          {
            ...{ ...app, secretSha256: undefined },
            secretSha256File: secretFile(`${sha256Hex("one")}\n${sha256Hex("two")}`),
          },
        ],
        admins: [{ id: "oncall", secretSha256File: secretFile(sha256Hex("admin's")) }],
        gateway: {
          ...gateway,
          apps: [{ id: "shop", secretFile: secretFile("one") }],
          handleKeys: undefined,
          handleKeysFile: secretFile(`${key}\n${otherKey}`),
        },
      }),
      {},
      "check",
    );
    expect(config).toMatchObject({
      store: { redis: { password: "redis's", sentinel: { password: "sentinel's" } } },
      userPools: [{ keys: { hs256Secret: shared } }, { introspection: { clientSecret: "client's" } }],
      apps: [{ secretSha256: [sha256Hex("one"), sha256Hex("two")] }],
      admins: [{ secretSha256: [sha256Hex("admin's")] }],
      gateway: { apps: [{ secret: "one" }], handleKeys: [key, otherKey] },
    });
    const url = load(
      contentWith({ store: { redis: { urlFile: secretFile("redis://:hunter2@127.0.0.1:6379") } } }),
    );
    expect(url.store.redis.url).toBe("redis://:hunter2@127.0.0.1:6379");
  });

  it("must not be given together with the secret itself", () => {
    expect(problemsOf(redis({ password: "one", passwordFile: secretFile("one") }))).toEqual([
      "store.redis.passwordFile: must not be set together with password",
    ]);
  });

  it("is checked like the secret itself, and a problem names file and line but not the content", () => {
    const file = secretFile(`${randomKey()}\nhunter2-in-a-file`);
    const content = contentWith({ gateway: { ...gateway, handleKeys: undefined, handleKeysFile: file } });
    const [problem, ...others] = collectProblems(() => load(content, {}, "gateway"));
    expect(others).toEqual([]);
    expect(problem?.path).toBe("gateway.handleKeysFile");
    expect(problem?.message).toMatch(/^must be 32 random bytes as base64url/);
    expect(problem?.message).toContain(`(in line 2 of ${file})`);
    expect(problem?.message).not.toContain("hunter2");
  });

  it.each([
    ["that is empty", "", "the file is empty"],
    ["with only a line break", "\n", "the file is empty"],
    ["with two lines", "one\ntwo\n", "the file has 2 lines instead of one"],
    ["with an empty line at its end", "one\n\n", "line 2 is empty, or begins or ends with white space"],
    ["with a space at its end", "one \n", "the text is empty, or begins or ends with white space"],
    ["that is no text", Buffer.from([0xff, 0xfe, 0x61, 0x00, 0x00, 0x00]), /^the file/],
  ])("is one clear problem %s", (_, content, message) => {
    const file = temporaryFile("secret", "");
    writeFileSync(file, content);
    const problems = problemsOf(redis({ passwordFile: file, username: "qrlogin" }));
    expect(problems).toEqual([
      typeof message === "string"
        ? `store.redis.passwordFile: ${message} (${file})`
        : expect.stringMatching(/^store\.redis\.passwordFile: the file/),
    ]);
  });

  it("is one clear problem if it is missing, a directory or a pipe, also where the secret is required", () => {
    const folder = mkdtempSync(join(tmpdir(), "qrlogin-secret-"));
    onTestFinished(() => rmSync(folder, { recursive: true }));
    mkdirSync(join(folder, "directory"));
    const pipe = createNamedPipe();
    const problemOf = (file: string) =>
      problemsOf(contentWith({ userPools: [{ ...pool, keys: { hs256SecretFile: file } }] }));
    const path = "userPools[0].keys.hs256SecretFile";
    const missing = join(folder, "missing");
    expect(problemOf(missing)).toEqual([`${path}: the file does not exist (${missing})`]);
    const directory = join(folder, "directory");
    expect(problemOf(directory)).toEqual([`${path}: this is a directory: name a file in it (${directory})`]);
    expect(problemOf(pipe)).toEqual([`${path}: this is not a regular file (${pipe})`]);
  });

  it("is not read by a process that does not use it, which may not be allowed to", () => {
    const content = contentWith({
      store: { redis: { passwordFile: "/nonexistent/redis" } },
      gateway: { ...gateway, apps: [{ id: "shop", secretFile: "/nonexistent/shop" }] },
    });
    expect(collectProblems(() => load(content, {}, "gateway")).map(({ path }) => path)).toEqual([
      "gateway.apps[0].secretFile",
    ]);
    expect(problemsOf(content)).toEqual([
      "store.redis.passwordFile: the file does not exist (/nonexistent/redis)",
    ]);
  });

  it("is warned of if others on this machine can read or change it", () => {
    const file = secretFile("one");
    for (const [mode, warning] of [
      [0o600, undefined],
      [0o640, undefined],
      [0o644, `every user of this machine can read ${file}: chmod 600`],
      [0o602, `others can change ${file}: chmod 600`],
    ] as const) {
      chmodSync(file, mode);
      expect(describeOpenMode(file)).toBe(warning);
    }
  });
});

describe("a variable with the suffix _FILE", () => {
  it("names a file that has the value, for a secret and for everything else", () => {
    const env = {
      QRLOGIN_STORE_REDIS_PASSWORD_FILE: secretFile("redis's"),
      QRLOGIN_GATEWAY_APPS_FILE: secretFile(JSON.stringify(gateway.apps, undefined, 2)),
      QRLOGIN_GATEWAY_HANDLE_KEYS_FILE: secretFile(gateway.handleKeys[0] ?? ""),
      QRLOGIN_GRPC_ADDRESS_FILE: secretFile("127.0.0.1:7"),
      QRLOGIN_TICKETS_MAX_CUSTOM_DATA_BYTES_FILE: secretFile("100"),
    };
    const config = load(redis({}), env, "check");
    expect(config).toMatchObject({
      store: { redis: { password: "redis's" } },
      gateway: { apps: gateway.apps, handleKeys: gateway.handleKeys },
      grpc: { address: "127.0.0.1:7" },
      tickets: { maxCustomDataBytes: 100 },
    });
  });

  it("takes precedence over the configuration file, like the variable without it, in whatever form that has it", () => {
    const content = redis({ password: "the file's" });
    const own = { QRLOGIN_STORE_REDIS_PASSWORD_FILE: secretFile("redis's") };
    expect(load(content, own).store.redis.password).toBe("redis's");
    const inFile = redis({ passwordFile: "/nonexistent" });
    expect(load(inFile, { QRLOGIN_STORE_REDIS_PASSWORD: "mine" }).store.redis.password).toBe("mine");
  });

  it("is a problem together with the variable without it, and if the file cannot be used", () => {
    const file = secretFile("two\nlines");
    expect(problemsOf(contentWith({}), { QRLOGIN_GRPC_ADDRESS_FILE: file })).toEqual([
      `QRLOGIN_GRPC_ADDRESS_FILE: the file has 2 lines instead of one (${file})`,
    ]);
    const both = { QRLOGIN_GRPC_ADDRESS: "127.0.0.1:7", QRLOGIN_GRPC_ADDRESS_FILE: file };
    expect(problemsOf(contentWith({}), both)).toEqual([
      "QRLOGIN_GRPC_ADDRESS_FILE: sets the same value as QRLOGIN_GRPC_ADDRESS",
    ]);
    const secrets = {
      QRLOGIN_STORE_REDIS_PASSWORD: "one",
      QRLOGIN_STORE_REDIS_PASSWORD_FILE: secretFile("one"),
    };
    expect(problemsOf(redis({}), secrets)).toEqual([
      expect.stringMatching(/^store\.redis\.passwordFile: must not be set together with password/),
    ]);
  });

  it("is watched, like every file that the configuration names", () => {
    const [secret, env, key] = [secretFile("one"), secretFile("127.0.0.1:7"), secretFile("two")];
    const file = temporaryFile("qrlogin.yaml", stringify(redis({ passwordFile: secret })));
    const reading = readConfig({
      file,
      env: { QRLOGIN_GRPC_ADDRESS_FILE: env, QRLOGIN_GRPC_TLS_KEY_FILE: key },
    });
    expect(reading.files.toSorted()).toEqual([file, secret, env, key].toSorted());
  });
});

it("the secret of an administrator's command comes from a variable or from a file", () => {
  const file = secretFile("hunter2");
  expect(readAdminSecret({ QRLOGIN_ADMIN_SECRET: "mine" })).toBe("mine");
  expect(readAdminSecret({ QRLOGIN_ADMIN_SECRET_FILE: file })).toBe("hunter2");
  expect(() => readAdminSecret({})).toThrow("QRLOGIN_ADMIN_SECRET_FILE");
  const both = { QRLOGIN_ADMIN_SECRET: "mine", QRLOGIN_ADMIN_SECRET_FILE: file };
  expect(() => readAdminSecret(both)).toThrow("not both");
});
