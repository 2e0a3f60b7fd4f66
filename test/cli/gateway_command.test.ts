import { createHash } from "node:crypto";
import { createServer, type Server } from "node:http";
import type { AddressInfo } from "node:net";
import { describe, expect, it, onTestFinished } from "vitest";
import { stringify } from "yaml";
import { writeCertificate } from "../support/certificate.js";
import { app, contentWith, gateway, pool, temporaryFile } from "../support/config_files.js";
import {
  anyPortEnvironment,
  isListening,
  qrlogin,
  readyAddresses,
  startQrlogin,
} from "../support/process.js";

const oneLine = /^[^\n]+\n$/;

function configFile(content: object): string {
  return temporaryFile("qrlogin.yaml", stringify(content));
}

/** Requests a ticket of an app from a gateway. */
function newTicket(address: string, appId: string, headers: Record<string, string> = {}): Promise<Response> {
  return fetch(`http://${address}/qrlogin/v1/tickets`, {
    method: "POST",
    headers: { "content-type": "application/json", ...headers },
    body: JSON.stringify({ appId }),
  });
}

/** Returns an address that is already in use. */
async function addressInUse(): Promise<string> {
  const server: Server = createServer();
  onTestFinished(() => void server.close());
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

describe("serve in development mode", () => {
  it("runs a gateway beside the service for both apps, and prints its address", async () => {
    const server = startQrlogin(["serve"], anyPortEnvironment);
    const { grpc, gateway: address } = await readyAddresses(server);
    expect(address).toMatch(/^127\.0\.0\.1:[1-9]\d*$/);
    expect(address).not.toBe(grpc);
    for (const id of ["demo-app", "legacy-app"]) expect((await newTicket(address, id)).status).toBe(201);
    expect((await newTicket(address, "other-app")).status).toBe(400);
    server.kill("SIGTERM");
    const { code, stderr } = await server.exited;
    expect(code).toBe(0);
    expect(stderr).toContain(`http://${address}`);
    expect(stderr).toContain("legacy-app");
    expect(await isListening(address)).toBe(false);
    expect(await isListening(grpc)).toBe(false);
  });

  it("allows calls from pages of this machine on every port, and from no others", async () => {
    const { gateway: address } = await readyAddresses(startQrlogin(["serve"], anyPortEnvironment));
    const statusFor = async (origin: string) => (await newTicket(address, "demo-app", { origin })).status;
    for (const origin of ["http://localhost:3000", "https://127.0.0.1:8443", "http://[::1]:5173"]) {
      expect(await statusFor(origin), origin).toBe(201);
    }
    for (const origin of ["https://example.com", "http://localhost.example.com:3000", "null"]) {
      expect(await statusFor(origin), origin).toBe(403);
    }
  });

  it("prints one line if the gateway's port is in use, exits with 1 and leaves nothing running", async () => {
    const address = await addressInUse();
    const end = await qrlogin(["serve"], { ...anyPortEnvironment, QRLOGIN_GATEWAY_ADDRESS: address });
    expect(end).toMatchObject({
      code: 1,
      signal: null,
      stderr: `qrlogin: cannot listen on ${address}: the address is in use (EADDRINUSE)\n`,
    });
    expect(end.stdout).not.toContain('"msg":"ready"');
  });

  it("rejects a gateway on the network with one line that gives the reason", async () => {
    const { code, stdout, stderr } = await qrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_GATEWAY_ADDRESS: "0.0.0.0:0",
    });
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^gateway\.address: .*development mode.*\n$/);
  });

  it("connects to a service with its own certificate", async () => {
    const { certFile, keyFile, remove } = writeCertificate();
    onTestFinished(remove);
    const server = startQrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_GRPC_TLS_CERT_FILE: certFile,
      QRLOGIN_GRPC_TLS_KEY_FILE: keyFile,
    });
    expect((await newTicket((await readyAddresses(server)).gateway, "demo-app")).status).toBe(201);
  });
});

it("serve with a configuration that has a gateway section serves only gRPC", async () => {
  const file = configFile(contentWith({ gateway, grpc: { address: "127.0.0.1:0" } }));
  const server = startQrlogin(["serve", "--config", file]);
  expect(await readyAddresses(server)).toMatchObject({ gateway: "" });
  server.kill("SIGTERM");
  expect(await server.exited).toMatchObject({ code: 0, stderr: "" });
});

describe("gateway", () => {
  it("announces development mode and serves both apps with the service of another process", async () => {
    const { grpc } = await readyAddresses(startQrlogin(["serve"], anyPortEnvironment));
    const running = startQrlogin(["gateway"], {
      QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0",
      QRLOGIN_GATEWAY_SERVICE_ADDRESS: grpc,
    });
    const { gateway: address } = await readyAddresses(running);
    for (const id of ["demo-app", "legacy-app"]) expect((await newTicket(address, id)).status).toBe(201);
    running.kill("SIGTERM");
    const { code, stderr } = await running.exited;
    expect(code).toBe(0);
    expect(stderr).toContain("DEVELOPMENT MODE");
    expect(stderr).toContain(`http://${address}`);
  });

  it.each(["--config", "QRLOGIN_CONFIG"])(
    "serves the apps of a configuration from %s, and neither the demo app nor its secret",
    async (by) => {
      const secret = "a secret of a shop";
      const secretSha256 = [createHash("sha256").update(secret).digest("hex")];
      const grpcAddress = { address: "127.0.0.1:0" };
      const service = configFile({
        userPools: [pool],
        apps: [{ ...app, secretSha256 }],
        grpc: grpcAddress,
      });
      const { grpc } = await readyAddresses(startQrlogin(["serve", "--config", service]));
      const file = configFile({
        gateway: {
          ...gateway,
          address: "127.0.0.1:0",
          service: { address: grpc },
          apps: [{ id: "shop", secret }],
        },
      });
      const running =
        by === "--config" ? startQrlogin(["gateway", by, file]) : startQrlogin(["gateway"], { [by]: file });
      const { gateway: address } = await readyAddresses(running);
      expect((await newTicket(address, "shop")).status).toBe(201);
      expect((await newTicket(address, "demo-app")).status).toBe(400);
      running.kill("SIGTERM");
      const { code, stdout, stderr } = await running.exited;
      expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
      expect(stdout).not.toContain(secret);
    },
  );

  it.each(["SIGTERM", "SIGINT", "SIGHUP"] as const)(
    "stops with exit code 0 on %s and frees the port",
    async (signal) => {
      const running = startQrlogin(["gateway"], { QRLOGIN_GATEWAY_ADDRESS: "127.0.0.1:0" });
      const { gateway: address } = await readyAddresses(running);
      expect(await isListening(address)).toBe(true);
      running.kill(signal);
      expect(await running.exited).toMatchObject({ code: 0, signal: null });
      expect(await isListening(address)).toBe(false);
    },
  );

  it("prints one line if the port is in use, and exits with 1", async () => {
    const address = await addressInUse();
    expect(await qrlogin(["gateway"], { QRLOGIN_GATEWAY_ADDRESS: address })).toMatchObject({
      code: 1,
      signal: null,
      stderr: `qrlogin: cannot listen on ${address}: the address is in use (EADDRINUSE)\n`,
    });
  });

  it.each([
    ["an address on the network", { QRLOGIN_GATEWAY_ADDRESS: "0.0.0.0:0" }, "gateway.address"],
    ["production", { NODE_ENV: "production" }, "NODE_ENV"],
  ])("rejects development mode for %s with one line that gives the reason", async (_, variables, path) => {
    const { code, stdout, stderr } = await qrlogin(["gateway"], variables);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(oneLine);
    expect(stderr.startsWith(`${path}: `)).toBe(true);
    expect(stderr).toContain("development mode");
  });

  it("prints one line if the configuration has no gateway section", async () => {
    const { code, stdout, stderr } = await qrlogin(["gateway", "--config", configFile(contentWith({}))]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toMatch(/^\S+qrlogin\.yaml:1:1: gateway: is missing: [^\n]*\n$/);
  });
});

describe("check-config", () => {
  it("accepts the configuration of a gateway alone, and not that of a service without apps", async () => {
    const file = configFile({ gateway });
    expect(await qrlogin(["check-config", file])).toMatchObject({ code: 0, stdout: `${file}: valid\n` });
    const { code, stderr } = await qrlogin(["check-config", configFile({ log: { level: "info" } })]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\S+qrlogin\.yaml:1:1: userPools: /);
  });

  it("prints the problems of the service and of the gateway in one file", async () => {
    const wrong = { ...gateway, address: "0.0.0.0:8080" };
    const file = configFile(contentWith({ gateway: wrong, grpc: { address: "0.0.0.0:50051" } }));
    const { code, stderr } = await qrlogin(["check-config", file]);
    expect(code).toBe(1);
    expect(stderr).toMatch(/^\S+:\d+:\d+: grpc\.address: .*\n\S+:\d+:\d+: gateway\.address: .*\n$/);
  });
});
