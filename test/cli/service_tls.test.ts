import { afterEach, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { newSecret, sha256Hex } from "../../src/domain/secrets.js";
import { clientAuthority, namelessCertificate, shopCertificate } from "../support/client_certificates.js";
import { contentWith, temporaryFile } from "../support/config_files.js";
import { certificate, otherPrivateKey, privateKey } from "../support/fixed_certificates.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import { runInProcess } from "../support/run_command.js";
import { startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";

const adminSecret = "secret-of-the-operators";

let server: TestServer;
afterEach(() => server.stop());

/** Starts a service that requires a client certificate of each connection. */
async function start(): Promise<void> {
  const admins = [{ id: "ops", secretSha256: sha256Hex(adminSecret) }];
  server = await startTestServer({ settings: { ...mutualTlsSettings("required"), admins } });
}

const ca = () => ["--ca-file", temporaryFile("ca.crt", certificate)];
const presenting = (certChain: string, key = privateKey) => [
  ...["--cert-file", temporaryFile("client.crt", certChain)],
  ...["--key-file", temporaryFile("client.key", key)],
];

const admin = (words: readonly string[], options: readonly string[]) =>
  runInProcess([...words, "--address", server.address, "--admin", "ops", ...options], {
    QRLOGIN_ADMIN_SECRET: adminSecret,
  });

describe("the commands of administrators at a service that requires client certificates", () => {
  it.each([
    ["sign-ins list", ["sign-ins", "list"], { code: 0, stdout: "no sign-ins are disabled" }],
    [
      "sign-ins disable",
      ["sign-ins", "disable", "--app", "shop"],
      { code: 0, stdout: "sign-ins of the app shop are disabled" },
    ],
    ["tickets show", ["tickets", "show", "a".repeat(12)], { code: 1, stderr: /TICKET_NOT_FOUND/ }],
  ])("%s presents the certificate of --cert-file, and fails without it", async (_, words, expected) => {
    await start();
    const answer = await admin(words, [...ca(), ...presenting(namelessCertificate)]);
    expect(answer.code).toBe(expected.code);
    if ("stdout" in expected) expect(answer.stdout).toBe(expected.stdout);
    else expect(answer.stderr).toMatch(expected.stderr);
    expect((await admin(words, ca())).stderr).toMatch(/UNAVAILABLE/);
  });

  it.each([
    [
      "a certificate without its key",
      () => presenting(namelessCertificate).slice(0, 2),
      "--cert-file and --key-file belong together: name both, or neither",
    ],
    [
      "a key without its certificate",
      () => presenting(namelessCertificate).slice(2),
      "--cert-file and --key-file belong together: name both, or neither",
    ],
    [
      "the key of another certificate",
      () => presenting(namelessCertificate, otherPrivateKey),
      "the key in --key-file is not that of the first certificate in --cert-file, or one of the two is damaged",
    ],
    [
      "two files that are exchanged",
      () => presenting(privateKey, namelessCertificate),
      "--cert-file contains a private key; --key-file contains a certificate",
    ],
  ])("say what is wrong with %s", async (_, options, message) => {
    await start();
    expect(await admin(["sign-ins", "list"], [...ca(), ...options()])).toEqual({
      ...{ code: 1, stdout: "", stderr: `qrlogin: ${message}` },
    });
  });

  it("cannot present a certificate without TLS", async () => {
    await start();
    const { code, stderr } = await admin(
      ["sign-ins", "list", "--plaintext"],
      presenting(namelessCertificate),
    );
    expect(code).toBe(2);
    expect(stderr).toContain("'--cert-file <file>' cannot be used with option '--plaintext'");
  });
});

describe("qrlogin doctor at a service that requires client certificates", () => {
  async function signIn(options: readonly string[], keys: object = {}) {
    const file = temporaryFile("qrlogin.yaml", stringify(contentWith(keys)));
    const token = temporaryFile("token", `${await signToken("alice")}\n`);
    const { stdout, stderr } = await runInProcess([
      ...["doctor", "--config", file, "--user-token-file", token, "--timeout", "2", ...options],
    ]);
    return stderr + (/^\w+ +whole sign-in.*$/m.exec(stdout)?.[0] ?? "");
  }
  const service = () => ["--service", server.address, "--app", "shop"];

  it("plays the sign-in of an app that has a certificate and no secret", async () => {
    await start();
    expect(await signIn([...service(), ...ca(), ...presenting(shopCertificate)])).toMatch(
      /^ok .* the app shop received the user id/,
    );
    expect(await signIn([...service(), ...ca()])).toBe(
      "qrlogin: name a file with the secret of shop with --app-secret-file, or its certificate with --cert-file",
    );
  });

  it("keeps the gateway's certificate if only the authority is another one", async () => {
    await start();
    const gateway = {
      address: "127.0.0.1:0",
      service: {
        address: server.address,
        caFile: temporaryFile("other.crt", clientAuthority),
        certFile: temporaryFile("gateway.crt", shopCertificate),
        keyFile: temporaryFile("gateway.key", privateKey),
      },
      apps: [{ id: "shop" }],
      handleKeys: [newSecret()],
    };
    expect(await signIn(ca(), { gateway })).toMatch(/^ok .* the app shop received the user id/);
    expect(await signIn([], { gateway })).toMatch(/^failed /);
  });
});
