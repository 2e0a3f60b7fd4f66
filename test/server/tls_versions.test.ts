import { afterEach, describe, expect, it } from "vitest";
import { temporaryFile } from "../support/config_files.js";
import { startTestGateway } from "../support/gateway.js";
import { rsaCertificate, rsaPrivateKey } from "../support/rsa_certificate.js";
import { startTestServer } from "../support/server.js";
import { shakeHands } from "../support/tls_handshake.js";

type MinVersion = "TLSv1.2" | "TLSv1.3" | undefined;

interface Listener {
  readonly address: string;
  stop(): Promise<void>;
}

/** Servers with an RSA certificate, since static RSA is possible with no other. */
const servers: Record<string, (minVersion: MinVersion) => Promise<Listener>> = {
  "the service": (minVersion) => {
    const certFile = temporaryFile("tls.crt", rsaCertificate);
    const keyFile = temporaryFile("tls.key", rsaPrivateKey);
    const tls = { certFile, keyFile, ...(minVersion && { minVersion }) };
    return startTestServer({ settings: { grpc: { address: "127.0.0.1:0", tls } } });
  },
  "the gateway": (minVersion) =>
    startTestGateway("127.0.0.1:1", { tls: { cert: rsaCertificate, key: rsaPrivateKey, minVersion } }),
};

let listener: Listener;
afterEach(() => listener.stop());

const only12 = { maxVersion: "TLSv1.2" } as const;

describe.each(Object.entries(servers))("%s", (_name, start) => {
  it("speaks TLS 1.3, and refuses TLS 1.2 unless the configuration allows it", async () => {
    listener = await start(undefined);
    expect(await shakeHands(listener.address)).toMatchObject({ protocol: "TLSv1.3" });
    await expect(shakeHands(listener.address, only12)).rejects.toThrow(/protocol version/);
  });

  it("accepts TLS 1.2 if the configuration allows it, but nothing older", async () => {
    listener = await start("TLSv1.2");
    expect(await shakeHands(listener.address, only12)).toMatchObject({ protocol: "TLSv1.2" });
    expect(await shakeHands(listener.address)).toMatchObject({ protocol: "TLSv1.3" });
    const older = { minVersion: "TLSv1", maxVersion: "TLSv1.1" } as const;
    await expect(shakeHands(listener.address, older)).rejects.toThrow(/protocol version/);
  });

  it.each(["ECDHE-RSA-AES128-GCM-SHA256", "ECDHE-RSA-AES256-GCM-SHA384", "ECDHE-RSA-CHACHA20-POLY1305"])(
    "accepts the suite %s of TLS 1.2",
    async (suite) => {
      listener = await start("TLSv1.2");
      expect(await shakeHands(listener.address, { ...only12, ciphers: suite })).toMatchObject({ suite });
    },
  );

  it.each([
    ["static RSA", "AES128-GCM-SHA256"],
    ["CBC", "ECDHE-RSA-AES128-SHA256"],
    ["CBC with SHA-1", "ECDHE-RSA-AES256-SHA"],
  ])("refuses %s (%s), which HTTP/2 forbids", async (_kind, suite) => {
    listener = await start("TLSv1.2");
    await expect(shakeHands(listener.address, { ...only12, ciphers: suite })).rejects.toThrow(
      /handshake failure/,
    );
  });
});
