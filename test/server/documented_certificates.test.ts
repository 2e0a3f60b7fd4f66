import { spawnSync } from "node:child_process";
import { X509Certificate } from "node:crypto";
import { mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { createAppClient } from "../../src/client/index.js";
import { codeBlocksOf } from "../documents/documents.js";
import { certificate } from "../support/fixed_certificates.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import { startTestServer } from "../support/server.js";
import { findTool } from "../support/tools.js";

const openssl = findTool("openssl", () =>
  spawnSync("openssl", ["version"]).error ? "openssl is not installed" : undefined,
);

describe.skipIf(!openssl.isUsable)(`the certificates of docs/tls.md${openssl.skipNote}`, () => {
  it("stand for the names of a node, and are from the authority that the commands have made", () => {
    const directory = mkdtempSync(join(tmpdir(), "qrlogin-openssl-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const [block] = codeBlocksOf("docs/tls.md").filter(({ kind }) => kind === "sh");
    const made = spawnSync("bash", ["-euo", "pipefail", "-c", block?.code ?? ""], { cwd: directory });
    expect(made.status, made.stderr.toString()).toBe(0);
    const [node, authority] = ["tls.crt", "ca.crt"].map(
      (name) => new X509Certificate(readFileSync(join(directory, name))),
    );
    if (!node || !authority) throw new Error("the commands made no certificates");
    expect(node.verify(authority.publicKey)).toBe(true);
    expect([authority.ca, node.ca]).toEqual([true, false]);
    expect([node.checkHost("qr.example.com"), node.checkIP("10.0.0.1")]).toEqual([
      "qr.example.com",
      "10.0.0.1",
    ]);
  });

  it("authenticate an app as soon as its commands have made them", async () => {
    const directory = mkdtempSync(join(tmpdir(), "qrlogin-openssl-"));
    onTestFinished(() => rmSync(directory, { recursive: true }));
    const [, block] = codeBlocksOf("docs/tls.md").filter(({ kind }) => kind === "sh");
    const made = spawnSync("bash", ["-euo", "pipefail", "-c", block?.code ?? ""], { cwd: directory });
    expect(made.status, made.stderr.toString()).toBe(0);
    const { grpc, apps } = mutualTlsSettings("required");
    const tls = { ...grpc.tls, clientCaFile: join(directory, "client-ca.crt") };
    const server = await startTestServer({ settings: { grpc: { ...grpc, tls }, apps } });
    onTestFinished(() => server.stop());
    const client = createAppClient({
      address: server.address,
      appId: "shop",
      tls: {
        rootCertificates: certificate,
        certChain: readFileSync(join(directory, "shop.crt")),
        privateKey: readFileSync(join(directory, "shop.key")),
      },
    });
    onTestFinished(() => client.close());
    expect((await client.createTicket({})).ticketId).not.toBe("");
  });
});
