import { readFileSync } from "node:fs";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse, stringify } from "yaml";
import { sha256Hex } from "../../src/domain/secrets.js";
import { newKey } from "../auth/support.js";
import { gateway, temporaryFile } from "../support/config_files.js";
import { freePort } from "../support/free_port.js";
import { startTestGateway } from "../support/gateway.js";
import { runInProcess as run } from "../support/run_command.js";
import { appSecrets, startTestServer } from "../support/server.js";
import { customers, customersJwks, signToken } from "../support/tokens.js";
import { issuerForTest } from "./support.js";

/** Starts a service and an issuer. Returns the configuration of both, with these keys replaced. */
async function startSite(changes: { readonly appSecret?: string; readonly audience?: string } = {}) {
  const { appSecret = appSecrets.shop, audience = customers.audience } = changes;
  const issuer = await issuerForTest();
  const metadata = { issuer: `${issuer.origin}/`, jwks_uri: `${issuer.origin}/jwks.json` };
  issuer.answerJson("/.well-known/openid-configuration", metadata);
  issuer.answerJson("/jwks.json", customersJwks);
  const server = await startTestServer({ pool: { issuer: metadata.issuer } });
  onTestFinished(() => server.stop());
  const gatewayAddress = `127.0.0.1:${await freePort()}`;
  const content = {
    // So few that every machine has enough descriptors for them.
    grpc: { address: server.address, limits: { connections: 100 } },
    userPools: [
      {
        ...{ id: "customers", issuer: metadata.issuer, audience },
        keys: { jwksUri: `${issuer.origin}/jwks.json` },
      },
    ],
    apps: [{ id: "shop", userPool: "customers", secretSha256: sha256Hex(appSecret) }],
    gateway: {
      ...gateway,
      address: gatewayAddress,
      limits: { connections: 100 },
      service: { address: server.address },
      apps: [{ id: "shop", secret: appSecret }],
    },
  };
  const names: readonly (readonly [string, string])[] = [
    [server.address, "127.0.0.1:50051"],
    [gatewayAddress, "127.0.0.1:8080"],
    [issuer.origin, "https://id.example.com"],
  ];
  return {
    issuer,
    serviceAddress: server.address,
    file: temporaryFile("qrlogin.yaml", stringify(content)),
    tokenFile: async () => {
      const token = await signToken("alice", customers, { claims: { iss: metadata.issuer } });
      return temporaryFile("token", `${token}\n`);
    },
    /** Returns the text with the addresses and values of the example of the document. */
    withExampleNames: (text: string) =>
      names
        .reduce((result, [actual, shown]) => result.replaceAll(actual, shown), text)
        .replace(/\d+\.\d+\.\d+$/m, "24.15.0")
        .replace(/\d+; the configured limits/, "65536; the configured limits"),
  };
}

describe("qrlogin doctor", () => {
  it("plays a whole sign-in if everything is in order, and exits with 0", async () => {
    const { file, tokenFile } = await startSite();
    const { code, stdout, stderr } = await run([
      ...["doctor", "--config", file, "--user-token-file", await tokenFile()],
    ]);
    expect(stdout).toMatch(/^ok {7}whole sign-in {2,}the app shop received the user id/m);
    expect(stdout).toMatch(/\n\n13 findings: 11 ok, 2 skipped$/);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("reads the secrets of both programs from their files", async () => {
    const { file, tokenFile } = await startSite();
    const content = parse(readFileSync(file, "utf8"));
    content.gateway.apps = [{ id: "shop", secretFile: temporaryFile("secret", `${appSecrets.shop}\n`) }];
    const changed = temporaryFile("qrlogin.yaml", stringify(content));
    const { code, stdout, stderr } = await run([
      ...["doctor", "--config", changed, "--user-token-file", await tokenFile()],
    ]);
    expect(stdout).toMatch(/^ok {7}whole sign-in {2,}the app shop received the user id/m);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
  });

  it("plays the sign-in of the first app of the service where the configuration has no gateway", async () => {
    const { file, tokenFile } = await startSite();
    const { gateway: _, ...service } = parse(readFileSync(file, "utf8"));
    const { stdout } = await run([
      ...["doctor", "--config", temporaryFile("qrlogin.yaml", stringify(service))],
      ...["--user-token-file", await tokenFile()],
      ...["--app-secret-file", temporaryFile("secret", `${appSecrets.shop}\n`)],
    ]);
    expect(stdout).toMatch(/^ok {7}whole sign-in {2,}the app shop received the user id/m);
  });

  it("prints what docs/doctor.md shows if the gateway has a wrong secret and a key set is missing, and exits with 1", async () => {
    const { issuer, file, withExampleNames } = await startSite({ appSecret: "a-wrong-secret" });
    issuer.answer("/jwks.json", (_, response) => void response.writeHead(404).end());
    const { code, stdout, stderr } = await run(["doctor", "--config", file]);
    expect({ code, stderr }).toEqual({ code: 1, stderr: "" });
    const document = readFileSync(new URL("../../docs/doctor.md", import.meta.url), "utf8");
    const [, sample] = /```text\n(.*?)\n```/s.exec(document) ?? [];
    expect(withExampleNames(stdout)).toBe(sample);
    expect(stdout).not.toContain("a-wrong-secret");
  });

  it("signs in through the gateway at the address that browsers use", async () => {
    const { file, tokenFile, serviceAddress } = await startSite();
    const gateway = await startTestGateway(serviceAddress);
    onTestFinished(() => gateway.stop());
    const { code, stdout } = await run([
      ...["doctor", "--config", file, "--user-token-file", await tokenFile()],
      ...["--gateway", `${gateway.url}/`],
    ]);
    expect(stdout).toContain(
      `${gateway.url}: the page saw the approval, and the backend of shop received the user`,
    );
    expect(code).toBe(0);
  });

  it("does not call a gateway without TLS at an address of the network, which rejects such pages", async () => {
    const { file } = await startSite();
    const content = parse(readFileSync(file, "utf8"));
    Object.assign(content.gateway, { address: "192.0.2.7:8080", allowPlaintextOnNetwork: true });
    const { stdout } = await run(["doctor", "--config", temporaryFile("q.yaml", stringify(content))]);
    expect(stdout).toMatch(
      /^skipped {2}sign-in through gateway {2,}pages do not reach 192\.0\.2\.7:8080 .* name their address with --gateway$/m,
    );
  });

  it("prints JSON for machines", async () => {
    const { file } = await startSite();
    const { code, stdout } = await run(["doctor", "--config", file, "--json"]);
    const { result, findings } = JSON.parse(stdout);
    expect({ code, result }).toEqual({ code: 0, result: "ok" });
    expect(findings).toContainEqual({
      check: "whole sign-in",
      status: "skipped",
      detail: expect.stringContaining("no user token"),
    });
  });

  it.each([
    ["no configuration", ["doctor"], "qrlogin: name the configuration file with --config or QRLOGIN_CONFIG"],
    ["a time-out of zero", ["doctor", "--timeout", "0"], "Use a whole number of seconds from 1 to 999."],
    [
      "an address of the gateway that is no URL",
      ["doctor", "--gateway", "shop.example.com"],
      "Use a URL such as https://shop.example.com, without a query.",
    ],
    [
      "an address of the gateway to which the secret would go in plain text",
      ["doctor", "--gateway", "http://shop.example.com"],
      "Use https, except for this machine.",
    ],
    [
      "an app that the gateway does not have",
      ["doctor", "--config", "FILE", "--gateway", "https://shop.example.com", "--app", "blog"],
      "qrlogin: --gateway needs an app of the gateway, which blog is not",
    ],
    [
      "JSON without findings",
      ["check-config", "FILE", "--json"],
      "qrlogin: --json prints findings, which only --online has",
    ],
    [
      "an empty token",
      ["check-token", "--config", "FILE", "--token-file", "EMPTY"],
      /^qrlogin: \S+ is empty$/,
    ],
  ])("prints one line for %s", async (_, words, line) => {
    const { file } = await startSite();
    const files: Readonly<Record<string, string>> = { FILE: file, EMPTY: temporaryFile("token", "\n") };
    const { code, stdout, stderr } = await run(words.map((word) => files[word] ?? word));
    expect(stdout).toBe("");
    expect(code).toBeGreaterThan(0);
    if (typeof line === "string") expect(stderr).toContain(line);
    else expect(stderr).toMatch(line);
  });
});

describe("qrlogin check-config --online", () => {
  it("makes the checks that need no running service", async () => {
    const { file, issuer } = await startSite({ appSecret: "a-wrong-secret" });
    const good = await run(["check-config", file, "--online"]);
    expect(good).toMatchObject({ code: 0, stderr: "" });
    expect(good.stdout).toContain(`${file}: valid\n`);
    expect(good.stdout).toContain("1 of 1 usable: EC P-256");
    expect(good.stdout).not.toContain("gateway to service");
    const other = await newKey("RS256", "other");
    issuer.answerJson("/jwks.json", { keys: [{ ...other.jwk, alg: "RS512" }] });
    const bad = await run(["check-config", file, "--online"]);
    expect(bad).toMatchObject({ code: 1, stderr: "" });
    expect(bad.stdout).toContain(
      "none of its 1 keys is usable for the algorithms ES256, RS256, PS256, EdDSA, Ed25519",
    );
  });
});

describe("qrlogin check-token", () => {
  it("says why a token is refused, without the token", async () => {
    const { file, tokenFile } = await startSite({ audience: "another-app" });
    const { code, stdout } = await run(["check-token", "--config", file, "--token-file", await tokenFile()]);
    expect(code).toBe(1);
    expect(stdout).toContain("The token has no audience of the user pool customers, which has this issuer");
    expect(stdout).not.toMatch(/alice|eyJ/);
  });
});
