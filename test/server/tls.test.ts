import { once } from "node:events";
import { connect } from "node:net";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { stringify } from "yaml";
import { createAppClient } from "../../src/client/index.js";
import { type Certificate, writeCertificate } from "../support/certificate.js";
import { contentWith, temporaryFile } from "../support/config_files.js";
import {
  anyPortEnvironment,
  qrlogin,
  type RunningProcess,
  readyAddress,
  startQrlogin,
} from "../support/process.js";
import { signInAlice } from "../support/sign_in_alice.js";
import { withTimeout } from "../support/timeout.js";

describe("TLS", () => {
  let certificate: Certificate;
  beforeAll(() => {
    certificate = writeCertificate();
  });
  afterAll(() => certificate.remove());

  async function serve(): Promise<{ server: RunningProcess; address: string }> {
    const server = startQrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_GRPC_TLS_CERT_FILE: certificate.certFile,
      QRLOGIN_GRPC_TLS_KEY_FILE: certificate.keyFile,
    });
    return { server, address: await readyAddress(server) };
  }

  it("serves a whole login to a client that trusts the certificate, and to no other", async () => {
    const { address } = await serve();
    const user = await signInAlice({ address, tls: { rootCertificates: certificate.pem } });
    expect(user?.userId).toBe("alice");
    await expectRejected({ address, tls: true });
  });

  it("rejects a plaintext client", async () => {
    const { address } = await serve();
    await expectRejected({ address, tls: false });
  });

  it("does not keep the server from stopping while a silent client is connected", async () => {
    const { server, address } = await serve();
    const [host, port] = address.split(":");
    const silent = connect(Number(port), host);
    await withTimeout(once(silent, "connect"), "`connect` of the silent");
    // This call succeeds only once the server has accepted the connection before it.
    await signInAlice({ address, tls: { rootCertificates: certificate.pem } });
    server.kill("SIGTERM");
    expect(await server.exited).toMatchObject({ code: 0, signal: null });
    silent.destroy();
  });

  it("allows a configuration to listen on the network", async () => {
    const { certFile, keyFile } = certificate;
    const answer = await checkConfig({ address: "0.0.0.0:50051", tls: { certFile, keyFile } });
    expect(answer.code).toBe(0);
  });
});

describe("plaintext on the network", () => {
  it("plaintext on the network is a configuration error", async () => {
    const { code, stderr } = await checkConfig({ address: "0.0.0.0:50051" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/grpc\.address: .*plain text.*\n$/);
  });

  it("plaintext on the network is allowed if the configuration says that a proxy terminates TLS", async () => {
    expect(await checkConfig({ address: "0.0.0.0:50051", allowPlaintextOnNetwork: true })).toMatchObject({
      code: 0,
    });
  });
});

function checkConfig(grpc: object) {
  return qrlogin(["check-config", temporaryFile("qrlogin.yaml", stringify(contentWith({ grpc })))]);
}

async function expectRejected(options: { address: string; tls: boolean }): Promise<void> {
  const client = createAppClient({ ...options, appId: "demo-app", appSecret: "demo-secret" });
  await expect(client.createTicket({})).rejects.toMatchObject({ codeName: "UNAVAILABLE", reason: undefined });
  client.close();
}
