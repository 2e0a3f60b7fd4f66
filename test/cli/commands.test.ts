import { createHash } from "node:crypto";
import { readFileSync, writeFileSync } from "node:fs";
import { decodeJwt } from "jose";
import { describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { signDevelopmentToken } from "../../src/auth/development_identities.js";
import { createAppClient, createApproverClient, TicketState } from "../../src/client/index.js";
import { app, contentWith, gateway, pool, temporaryFile } from "../support/config_files.js";
import {
  anyPortEnvironment,
  isListening,
  qrlogin,
  readyAddress,
  startProcess,
  startQrlogin,
} from "../support/process.js";
import { signInAlice } from "../support/sign_in_alice.js";

const stackTrace = /\n\s+at |node:internal|Error:/;

function configFile(content: object): string {
  return temporaryFile("qrlogin.yaml", stringify(content));
}

describe("serve", () => {
  it("announces development mode and its address, and serves a whole login there", async () => {
    const server = startQrlogin(["serve"], anyPortEnvironment);
    const ready = JSON.parse(await server.waitForLine('"msg":"ready"'));
    expect(ready).toMatchObject({
      development: true,
      grpc: expect.stringMatching(/^127\.0\.0\.1:[1-9]\d*$/),
    });
    expect((await signInAlice({ address: ready.grpc }))?.userId).toBe("alice");
    server.kill("SIGTERM");
    const { stderr, stdout } = await server.exited;
    expect(stderr).toContain("DEVELOPMENT MODE");
    expect(stderr).toContain(ready.grpc);
    for (const line of stdout.trimEnd().split("\n")) expect(() => JSON.parse(line)).not.toThrow();
  });

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "stops with exit code 0 on %s and frees the port",
    async (signal) => {
      const server = startQrlogin(["serve"], anyPortEnvironment);
      const address = await readyAddress(server);
      server.kill(signal);
      expect(await server.exited).toMatchObject({ code: 0, signal: null });
      expect(await isListening(address)).toBe(false);
    },
  );

  it("reloads its file on SIGHUP while it serves, and then stops on SIGTERM", async () => {
    const secret = "a secret of a shop";
    const secretSha256 = [createHash("sha256").update(secret).digest("hex")];
    const contentOf = (mode: string) =>
      stringify(
        contentWith({
          apps: [{ ...app, secretSha256, policy: { checkCode: { mode } } }],
          grpc: { address: "127.0.0.1:0" },
        }),
      );
    const file = temporaryFile("qrlogin.yaml", contentOf("off"));
    const server = startQrlogin(["serve", "--config", file]);
    const shop = createAppClient({ address: await readyAddress(server), appId: "shop", appSecret: secret });
    const { ticketId, ticketSecret } = await shop.createTicket({});
    writeFileSync(file, contentOf("sometimes"));
    server.kill("SIGHUP");
    const rejected = await server.waitForLine('"level":50');
    expect(JSON.parse(rejected).problems).toEqual([
      expect.stringMatching(
        /qrlogin\.yaml:\d+:\d+: apps\[0\]\.policy\.checkCode\.mode: must be one of off, always$/,
      ),
    ]);
    await shop.createTicket({});
    writeFileSync(file, contentOf("always"));
    server.kill("SIGHUP");
    const reloaded = await server.waitForLine('"msg":"configuration reloaded"');
    expect(JSON.parse(reloaded).changes).toEqual(["apps[shop].policy.checkCode.mode: off -> always"]);
    await expect(shop.createTicket({})).rejects.toMatchObject({ reason: "POLICY_NOT_SUPPORTED" });
    // A ticket keeps the policy with which it was created.
    expect((await shop.getStatus({ ticketId, ticketSecret })).status?.state).toBe(TicketState.PENDING);
    shop.close();
    server.kill("SIGTERM");
    expect(await server.exited).toMatchObject({ code: 0, stderr: "" });
  });

  it("stays up on SIGHUP without a configuration file outside of development mode", async () => {
    const { userPools, apps } = contentWith({}) as Record<string, object>;
    const server = startQrlogin(["serve"], {
      QRLOGIN_GRPC_ADDRESS: anyPortEnvironment.QRLOGIN_GRPC_ADDRESS,
      QRLOGIN_USER_POOLS: JSON.stringify(userPools),
      QRLOGIN_APPS: JSON.stringify(apps),
    });
    await readyAddress(server);
    server.kill("SIGHUP");
    await server.waitForLine('"changes":[],"files":[],"msg":"configuration reloaded"');
    server.kill("SIGTERM");
    expect(await server.exited).toMatchObject({ code: 0, stderr: "" });
  });

  it("ignores a second signal right after the first, since npm repeats what a terminal sends to both", async () => {
    const server = startQrlogin(["serve"], anyPortEnvironment);
    await readyAddress(server);
    server.kill("SIGINT");
    server.kill("SIGTERM");
    expect(await server.exited).toMatchObject({ code: 0, signal: null });
  });

  it("stops when npm, which started it, gets SIGTERM, and leaves nothing behind", async () => {
    const npm = startProcess("npm", ["start"], anyPortEnvironment);
    const address = await readyAddress(npm);
    expect(await isListening(address)).toBe(true);
    npm.kill("SIGTERM");
    expect(await npm.exited).toMatchObject({ code: 0, signal: null });
    expect(await isListening(address)).toBe(false);
  });

  it("can listen at once on the port of a process that has just ended", async () => {
    const first = startQrlogin(["serve"], anyPortEnvironment);
    const address = await readyAddress(first);
    first.kill("SIGTERM");
    await first.exited;
    const second = startQrlogin(["serve"], { ...anyPortEnvironment, QRLOGIN_GRPC_ADDRESS: address });
    expect(await readyAddress(second)).toBe(address);
  });

  it("prints one line if the port is in use, and exits with 1", async () => {
    const address = await readyAddress(startQrlogin(["serve"], anyPortEnvironment));
    const second = await qrlogin(["serve"], { ...anyPortEnvironment, QRLOGIN_GRPC_ADDRESS: address });
    expect(second).toMatchObject({
      code: 1,
      stdout: "",
      stderr: `qrlogin: cannot listen on ${address}: the address is in use (EADDRINUSE)\n`,
    });
  });

  it.each([
    [
      "an address on the network",
      { ...anyPortEnvironment, QRLOGIN_GRPC_ADDRESS: "0.0.0.0:0" },
      "grpc.address",
    ],
    ["production", { ...anyPortEnvironment, NODE_ENV: "production" }, "NODE_ENV"],
  ])("rejects development mode for %s with one line that gives the reason", async (_, variables, path) => {
    const { code, stdout, stderr } = await qrlogin(["serve"], variables);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(new RegExp(`^${path.replace(".", "\\.")}: .*development mode.*\n$`));
  });

  it("prints one line if the configuration file does not exist, and exits with 1", async () => {
    const { code, stdout, stderr } = await qrlogin(["serve", "--config", "/nowhere/qrlogin.yaml"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe("/nowhere/qrlogin.yaml: the file does not exist\n");
  });

  it("prints all five problems of a configuration, one line each, before it listens", async () => {
    const file = configFile({
      grpc: { address: "nowhere" },
      tickets: { ttl: "soon" },
      watch: { maxPerTicket: 0 },
      userPools: [pool],
      apps: [{ ...app, userPool: "others", secretSha256: ["short"] }],
    });
    const { code, stdout, stderr } = await qrlogin(["serve", "--config", file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    const paths = stderr
      .trimEnd()
      .split("\n")
      .map((line) => /^.+qrlogin\.yaml:\d+:\d+: (?<path>\S+): /.exec(line)?.groups?.path);
    expect(paths.toSorted()).toEqual([
      "apps[0].secretSha256[0]",
      "apps[0].userPool",
      "grpc.address",
      "tickets.ttl",
      "watch.maxPerTicket",
    ]);
  });

  it.each(["--config", "QRLOGIN_CONFIG"])(
    "serves the apps of a configuration from %s, and neither the demo app nor the demo users",
    async (by) => {
      const secret = "a secret of a shop";
      const secretSha256 = [createHash("sha256").update(secret).digest("hex")];
      const file = configFile(
        contentWith({ apps: [{ ...app, secretSha256 }], grpc: { address: "127.0.0.1:0" } }),
      );
      const server =
        by === "--config" ? startQrlogin(["serve", by, file]) : startQrlogin(["serve"], { [by]: file });
      const address = await readyAddress(server);
      const shop = createAppClient({ address, appId: "shop", appSecret: secret });
      const demo = createAppClient({ address, appId: "demo-app", appSecret: "demo-secret" });
      const token = await signDevelopmentToken("alice", Date.now());
      const phone = createApproverClient({ address, token });
      const { ticketId } = await shop.createTicket({});
      await expect(demo.createTicket({})).rejects.toMatchObject({ reason: "APP_UNAUTHENTICATED" });
      await expect(
        phone.markScanned({ scanned: { $case: "ticketId", value: ticketId } }),
      ).rejects.toMatchObject({ reason: "USER_UNAUTHENTICATED" });
      for (const client of [shop, demo, phone]) client.close();
      server.kill("SIGTERM");
      const { code, stderr } = await server.exited;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    },
  );
});

describe("dev-token", () => {
  it.each(["alice", "bob"])("prints a token of %s and nothing else", async (user) => {
    const { code, stdout, stderr } = await qrlogin(["dev-token", user]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
    const { sub, exp = 0, iat = 0 } = decodeJwt(stdout.trim());
    expect({ sub, life: exp - iat }).toEqual({ sub: user, life: 12 * 60 * 60 });
  });

  it("prints nothing but the token when it runs through npm as documented", async () => {
    const { code, stdout } = await startProcess("npm", [
      "run",
      "--silent",
      "qrlogin",
      "--",
      "dev-token",
      "alice",
    ]).exited;
    expect(code).toBe(0);
    expect(stdout).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/);
  });

  it("exits with 2 for an unknown user and prints the known ones", async () => {
    const { code, stdout, stderr } = await qrlogin(["dev-token", "mallory"]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("alice, bob");
  });
});

describe("app-secret", () => {
  it("prints a new secret of 256 bits and its SHA-256", async () => {
    const answers = await Promise.all([qrlogin(["app-secret"]), qrlogin(["app-secret"])]);
    const secrets = answers.map(({ code, stdout, stderr }) => {
      const { secret = "", hash } =
        /^secret +(?<secret>\S+)\nsecretSha256 +(?<hash>\S+)\n$/.exec(stdout)?.groups ?? {};
      expect({ code, stderr, hash }).toEqual({
        code: 0,
        stderr: "",
        hash: createHash("sha256").update(secret).digest("hex"),
      });
      expect(Buffer.from(secret, "base64url")).toHaveLength(32);
      return secret;
    });
    expect(new Set(secrets).size).toBe(2);
  });
});

describe("check-config", () => {
  it("prints that a configuration is valid", async () => {
    const file = configFile(contentWith({}));
    expect(await qrlogin(["check-config", file])).toMatchObject({
      code: 0,
      stdout: `${file}: valid\n`,
      stderr: "",
    });
  });

  it("explains the policy of an app with --explain, and exits with 1 for an unknown app", async () => {
    const file = configFile(contentWith({ policy: { checkCode: { mode: "always" } } }));
    const { code, stdout, stderr } = await qrlogin(["check-config", file, "--explain", "shop"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(stdout).toMatch(/: valid\n\nPolicy of the app shop .*\n\n {2}checkCode\.mode +always +policy\n/);
    expect(await qrlogin(["check-config", file, "--explain", "nobody"])).toMatchObject({
      ...{ code: 1, stdout: "", stderr: "qrlogin: there is no app nobody; the apps are shop\n" },
    });
  });

  it("prints every problem and exits with 1", async () => {
    const file = configFile(contentWith({ watch: { heartbeatInterval: "never" }, log: { level: "loud" } }));
    const { code, stdout, stderr } = await qrlogin(["check-config", file]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/qrlogin\.yaml:\d+:\d+: log\.level: /);
    expect(stderr).toMatch(/qrlogin\.yaml:\d+:\d+: watch\.heartbeatInterval: /);
  });

  it("prints warnings and the result for a valid configuration, and exits with 0", async () => {
    const file = configFile(contentWith({ gateway, policy: { checkCode: { mode: "always" } } }));
    const { code, stdout, stderr } = await qrlogin(["check-config", file]);
    expect({ code, stdout }).toEqual({ code: 0, stdout: `${file}: valid\n` });
    expect(stderr).toMatch(/^gateway\.authingApi: /);
  });

  it("finds the public development key in a key file, as serve does", async () => {
    const { developmentPool } = await import("../../src/auth/development_identities.js");
    const { keys = {} } = developmentPool;
    const jwksFile = temporaryFile("jwks.json", JSON.stringify("jwks" in keys ? keys.jwks : {}));
    const file = configFile(contentWith({ userPools: [{ ...pool, keys: { jwksFile } }] }));
    const { code, stderr } = await qrlogin(["check-config", file]);
    expect(stderr).toContain("userPools[0].keys.jwksFile: ");
    expect(code).toBe(1);
  });
});

describe("the command line", () => {
  it("lists the commands with --help", async () => {
    const { code, stdout, stderr } = await qrlogin(["--help"]);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    for (const command of ["serve", "gateway", "dev-token", "app-secret", "check-config", "sign-ins"]) {
      expect(stdout).toMatch(new RegExp(`^  ${command}\\b`, "m"));
    }
  });

  it("prints the version of the package with --version", async () => {
    const { version } = JSON.parse(readFileSync(new URL("../../package.json", import.meta.url), "utf8"));
    expect(await qrlogin(["--version"])).toMatchObject({ code: 0, stdout: `${version}\n`, stderr: "" });
  });

  it("has an internal worker command, which is not listed and fails when a user runs it", async () => {
    expect((await qrlogin(["--help"])).stdout).not.toMatch(/^ {2}worker\b/m);
    const result = await qrlogin(["worker"]);
    expect(result).toMatchObject({ code: 1, stdout: "" });
    expect(result.stderr).toMatch(/^qrlogin: .*serve --workers.*\n$/);
  });

  it("prints the help as an error if there is no command, and does not start a server", async () => {
    const { code, stdout, stderr } = await qrlogin([]);
    expect({ code, stdout }).toEqual({ code: 2, stdout: "" });
    expect(stderr).toContain("Usage: npx qrlogin");
  });

  it.each([
    [["fly"], "error: unknown command 'fly'"],
    [["serve", "--fast"], "error: unknown option '--fast'"],
    [["serve", "now"], "error: too many arguments for 'serve'. Expected 0 arguments but got 1."],
    ...["0", "65", "100", "-1", "1.5", "two", ""].map((count): [string[], string] => [
      ["serve", "--workers", count],
      `error: option '--workers <number>' argument '${count}' is invalid. Use a whole number from 1 to 64.`,
    ]),
    [["gateway", "--fast"], "error: unknown option '--fast'"],
    [["dev-token"], "error: missing required argument 'user'"],
    [["check-config"], "error: missing required argument 'file'"],
  ])("answers %j with one error line, a reference to --help, and exit code 2", async (args, line) => {
    const { code, stdout, stderr } = await qrlogin(args);
    expect({ code, stdout, stderr }).toEqual({
      code: 2,
      stdout: "",
      stderr: `${line}\n(see npx qrlogin --help)\n`,
    });
    expect(stderr).not.toMatch(stackTrace);
  });
});
