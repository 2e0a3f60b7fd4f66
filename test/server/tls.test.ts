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

  it("carries a whole login to a client that trusts the certificate, and to no other", async () => {
    const { address } = await serve();
    const user = await signInAlice({ address, tls: { rootCertificates: certificate.pem } });
    expect(user?.userId).toBe("alice");
    await refused({ address, tls: true });
  });

  it("refuses a client that speaks plain text", async () => {
    const { address } = await serve();
    await refused({ address, tls: false });
  });

  it("stops although somebody has connected and never says anything", async () => {
    const { server, address } = await serve();
    const [host, port] = address.split(":");
    const silent = connect(Number(port), host);
    await withTimeout(once(silent, "connect"), "`connect` of the silent");
    // Answered only once the server has taken the connection before it.
    await signInAlice({ address, tls: { rootCertificates: certificate.pem } });
    server.kill("SIGTERM");
    expect(await server.exited).toMatchObject({ code: 0, signal: null });
    silent.destroy();
  });

  it("lets a configuration listen on the network", async () => {
    const { certFile, keyFile } = certificate;
    const answer = await checkConfig({ address: "0.0.0.0:50051", tls: { certFile, keyFile } });
    expect(answer.code).toBe(0);
  });
});

describe("plain text on the network", () => {
  it("is a mistake in the configuration", async () => {
    const { code, stderr } = await checkConfig({ address: "0.0.0.0:50051" });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^grpc\.address: .*plain text.*\n$/);
  });

  it("is allowed where the configuration says that a proxy in front ends TLS", async () => {
    expect(await checkConfig({ address: "0.0.0.0:50051", allowPlaintextOnNetwork: true })).toMatchObject({
      code: 0,
    });
  });
});

function checkConfig(grpc: object) {
  return qrlogin(["check-config", temporaryFile("qrlogin.yaml", stringify(contentWith({ grpc })))]);
}

async function refused(options: { address: string; tls: boolean }): Promise<void> {
  const client = createAppClient({ ...options, appId: "demo-app", appSecret: "demo-secret" });
  await expect(client.createTicket({})).rejects.toMatchObject({ codeName: "UNAVAILABLE", reason: undefined });
  client.close();
}
