import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished, vi } from "vitest";
import { certificateCheck } from "../../src/doctor/checks/certificates.js";
import { gatewayPortCheck, grpcPortCheck } from "../../src/doctor/checks/ports.js";
import { descriptorCheck, nodeVersionCheck } from "../../src/doctor/checks/process.js";
import { certificateOfOtherName, expiredCertificate, testCertificate } from "../client/test_certificate.js";
import { contentWith, gateway, load, temporaryFile } from "../support/config_files.js";
import { startTestGateway } from "../support/gateway.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import { startTestServer } from "../support/server.js";
import { linesOf } from "./support.js";

/** Files of a certificate and its key. */
const filesOf = ({ cert, key }: typeof testCertificate) => ({
  certFile: temporaryFile("cert.pem", cert),
  keyFile: temporaryFile("key.pem", key),
});

const grpcAt = (address: string, tls?: ReturnType<typeof filesOf>) =>
  grpcPortCheck(load(contentWith({ grpc: { address, ...(tls && { tls }) } })));

function gatewayAt(address: string) {
  const config = load(contentWith({ gateway: { ...gateway, address } }), {}, "gateway");
  if (!config.gateway) throw new Error("there is no gateway");
  return gatewayPortCheck(config.gateway);
}

describe("a port", () => {
  it("may be free, or left to the system", async () => {
    expect(await linesOf(grpcAt("127.0.0.1:0"))).toEqual([
      "ok grpc.address: 127.0.0.1:0: the system chooses a free port",
    ]);
    const server = createServer().listen(0, "127.0.0.1");
    await new Promise((resolve) => server.once("listening", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    expect(await linesOf(grpcAt(`127.0.0.1:${port}`))).toEqual([
      `ok grpc.address: 127.0.0.1:${port} is free: nothing listens there yet`,
    ]);
  });

  it("may be served by the service or the gateway already", async () => {
    const service = await startTestServer();
    onTestFinished(() => service.stop());
    const running = await startTestGateway(service.address);
    onTestFinished(() => running.stop());
    expect(await linesOf(grpcAt(service.address))).toEqual([
      `ok grpc.address: ${service.address}: a gRPC service reports SERVING`,
    ]);
    // The gateway is ready once it has reached the service.
    await vi.waitFor(async () =>
      expect(await linesOf(gatewayAt(running.address))).toEqual([
        `ok gateway.address: ${running.address}: a gateway responds to /readyz with 200`,
      ]),
    );
    // No credential is needed, so no call fails and the log stays free of alarms.
    expect(service.lines.filter(({ reason }) => reason !== undefined)).toEqual([]);
  });

  it("is reported if another program has taken it", async () => {
    const other = createServer((_request, response) => response.end("hello")).listen(0, "127.0.0.1");
    onTestFinished(() => void other.close());
    await new Promise((resolve) => other.once("listening", resolve));
    const { port } = other.address() as AddressInfo;
    for (const [check, setting] of [
      [grpcAt(`127.0.0.1:${port}`), "grpc.address"],
      [gatewayAt(`127.0.0.1:${port}`), "gateway.address"],
    ] as const) {
      expect(await linesOf(check)).toEqual([
        `failed ${setting}: 127.0.0.1:${port} is taken by a program that does not answer as configured | another ` +
          "program listens there, or one of qrlogin with TLS, or with a client certificate required | find it (ss " +
          `-ltnp 'sport = :${port}'), and stop it or change ${setting}`,
      ]);
    }
    other.closeAllConnections();
  });

  it("is reported if this machine does not have the address", async () => {
    const tls = filesOf(testCertificate);
    expect(await linesOf(grpcAt("192.0.2.7:50051", tls))).toEqual([
      "failed grpc.address: cannot listen on 192.0.2.7:50051 | this machine has no such address (EADDRNOTAVAIL) | " +
        "use an address of this machine, or 0.0.0.0 or [::] for all of them",
    ]);
  });

  it("may be served by a service that requires client certificates", async () => {
    const settings = mutualTlsSettings("required");
    const service = await startTestServer({ settings });
    onTestFinished(() => service.stop());
    const { tls } = settings.grpc;
    const check = (certFile: string) =>
      grpcPortCheck({
        grpc: { ...service.config.grpc, address: service.address, tls: { ...tls, certFile } } as never,
      });
    expect(await linesOf(check(tls.certFile))).toEqual([
      `ok grpc.address: ${service.address}: a server with TLS; it requires client certificates, so its health was not asked`,
    ]);
    expect(await linesOf(check(filesOf(certificateOfOtherName).certFile))).toHaveLength(2);
  });

  it("comes with a warning if the running service has not read a new certificate", async () => {
    const service = await startTestServer({
      settings: { grpc: { address: "127.0.0.1:0", tls: filesOf(testCertificate) } },
    });
    onTestFinished(() => service.stop());
    expect(await linesOf(grpcAt(service.address, filesOf(testCertificate)))).toEqual([
      `ok grpc.address: ${service.address}: a gRPC service reports SERVING`,
    ]);
    const [, line] = await linesOf(grpcAt(service.address, filesOf(certificateOfOtherName)));
    expect(line).toMatch(
      /^warning certificate served at grpc\.address: the running program serves another certificate than the one in certFile \| .* \| let it reload the file, or restart it$/,
    );
  });
});

describe("certificates", () => {
  const configWith = (certificate: typeof testCertificate, service = "127.0.0.1:50051") =>
    load(
      contentWith({
        grpc: { address: "127.0.0.1:50051", tls: filesOf(certificate) },
        gateway: { ...gateway, service: { address: service, tls: true } },
      }),
      {},
      "diagnose",
    );

  it("are valid if they are for the address that the gateway calls", async () => {
    expect(await linesOf(certificateCheck(configWith(testCertificate)))).toEqual([
      expect.stringMatching(/^ok grpc\.tls\.certFile: valid until 2126-/),
    ]);
  });

  it("are reported once they have expired, and the other checks run all the same", async () => {
    const [line] = await linesOf(certificateCheck(configWith(expiredCertificate)));
    expect(line).toMatch(
      /^failed grpc\.tls\.certFile: the certificate has expired: it was valid until 2020-02-01T00:00:00.000Z \| renew \/.*cert\.pem, or correct the clock of this machine$/,
    );
  });

  it("are reported if they do not name the address that the gateway calls", async () => {
    const [, line] = await linesOf(certificateCheck(configWith(certificateOfOtherName)));
    expect(line).toBe(
      "failed grpc.tls.certFile: does not name 127.0.0.1, by which the gateway calls the service | its names are " +
        "DNS:other.example | use one of them in gateway.service.address, or a certificate with this name",
    );
    // Another port may be a load balancer with a certificate of its own.
    const elsewhere = configWith(certificateOfOtherName, "qr.example.com:443");
    expect((await linesOf(certificateCheck(elsewhere))).join()).not.toContain("does not name");
  });

  it("are reported if a file has them in the wrong order", async () => {
    const { cert, key } = testCertificate;
    const mixed = { cert: `${cert}\n${certificateOfOtherName.cert}`, key };
    const lines = await linesOf(certificateCheck(configWith(mixed)));
    expect(lines).toContainEqual(
      "failed grpc.tls.certFile: its certificates are not in order | certificate 2 of the file has not issued " +
        "certificate 1 | put the server's own certificate first, and then each issuer after what it has issued",
    );
  });
});

describe("this process", () => {
  it("needs a version of Node.js that the package names", async () => {
    for (const [version, status] of [
      ["20.19.0", "ok"],
      ["20.18.9", "failed"],
      ["21.9.0", "failed"],
      ["22.12.0", "ok"],
      ["25.1.0", "ok"],
    ] as const) {
      expect((await linesOf(nodeVersionCheck(version)))[0]).toMatch(new RegExp(`^${status} Node\\.js: `));
    }
  });

  it("needs a descriptor for each connection that the limits allow", async () => {
    const config = load(contentWith({ grpc: { limits: { connections: 1_000 } } }));
    expect(await linesOf(descriptorCheck(config, 1_024))).toEqual([
      "warning open files limit: 1024, but the configured limits may need 1128 | connections beyond the limit are " +
        "closed without a message | raise it (ulimit -n, or LimitNOFILE of systemd), or lower the limits of connections",
    ]);
    expect(await linesOf(descriptorCheck(config, 2_000))).toEqual([
      "ok open files limit: 2000; the configured limits need 1128 at most",
    ]);
  });
});
