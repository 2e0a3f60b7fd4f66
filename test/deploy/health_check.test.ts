import { once } from "node:events";
import { createServer } from "node:net";
import { Server, ServerCredentials } from "@grpc/grpc-js";
import { HealthImplementation } from "grpc-health-check";
import { describe, expect, it, onTestFinished } from "vitest";
import { parse } from "yaml";
import type { Environment } from "../../src/config/environment.js";
import { writeCertificate } from "../support/certificate.js";
import { shopCertificate } from "../support/client_certificates.js";
import { temporaryFile } from "../support/config_files.js";
import { privateKey } from "../support/fixed_certificates.js";
import { mutualTlsSettings } from "../support/mutual_tls_service.js";
import {
  anyPortEnvironment,
  type ProcessExit,
  readyAddresses,
  startProcess,
  startQrlogin,
} from "../support/process.js";
import { startTestServer } from "../support/server.js";
import { listAt, manifests, type Tree, textOf, treeOf, valuesOf } from "./files.js";

function healthOf(address: string, environment: Environment = {}): Promise<ProcessExit> {
  return startProcess(process.execPath, ["deploy/health_check.mjs", address], environment).exited;
}

const serviceName = "qrlogin.v1.QrLoginService";

/** Starts a server with only a health service. */
async function startHealth(statuses: ConstructorParameters<typeof HealthImplementation>[0]): Promise<string> {
  const server = new Server();
  new HealthImplementation(statuses).addToServer(server);
  const credentials = ServerCredentials.createInsecure();
  const port = await new Promise<number>((resolve, reject) => {
    server.bindAsync("127.0.0.1:0", credentials, (error, bound) => (error ? reject(error) : resolve(bound)));
  });
  onTestFinished(() => server.forceShutdown());
  return `127.0.0.1:${port}`;
}

describe("the health check of the image", () => {
  it("succeeds for a running service and its gateway, without output", async () => {
    const { grpc, gateway } = await readyAddresses(startQrlogin(["serve"], anyPortEnvironment));
    for (const address of [`grpc://${grpc}`, `grpc://${grpc}/${serviceName}`, `http://${gateway}/healthz`]) {
      expect(await healthOf(address), address).toMatchObject({ code: 0, stdout: "", stderr: "" });
    }
  });

  it("uses TLS on loopback with a certificate for any name", async () => {
    const { certFile, keyFile, remove } = writeCertificate();
    onTestFinished(remove);
    const server = startQrlogin(["serve"], {
      ...anyPortEnvironment,
      QRLOGIN_GRPC_TLS_CERT_FILE: certFile,
      QRLOGIN_GRPC_TLS_KEY_FILE: keyFile,
      QRLOGIN_GATEWAY_TLS_CERT_FILE: certFile,
      QRLOGIN_GATEWAY_TLS_KEY_FILE: keyFile,
    });
    const { grpc, gateway } = await readyAddresses(server);
    expect(await healthOf(`grpcs://${grpc}/${serviceName}`)).toMatchObject({ code: 0, stderr: "" });
    expect(await healthOf(`https://${gateway}/healthz`)).toMatchObject({ code: 0, stderr: "" });
    expect((await healthOf(`grpc://${grpc}`)).code).toBe(1);
  });

  it("presents a certificate to a service that requires one", async () => {
    const server = await startTestServer({ settings: mutualTlsSettings("required") });
    onTestFinished(() => server.stop());
    const files = {
      HEALTH_CHECK_CERT_FILE: temporaryFile("client.crt", shopCertificate),
      HEALTH_CHECK_KEY_FILE: temporaryFile("client.key", privateKey),
    };
    const address = `grpcs://${server.address}`;
    expect(await healthOf(address, files)).toMatchObject({ code: 0, stderr: "" });
    expect((await healthOf(address)).code).toBe(1);
    const missing = await healthOf(address, { ...files, HEALTH_CHECK_KEY_FILE: "/missing/client.key" });
    expect(missing).toMatchObject({ code: 1 });
    expect(missing.stderr).toMatch(/^health check: ENOENT: .*missing.client.key'\n$/);
  });

  it("fails on NOT_SERVING and on an unknown name, and prints it", async () => {
    const address = await startHealth({ "": "NOT_SERVING", [serviceName]: "SERVING" });
    const down = await healthOf(`grpc://${address}`);
    expect(down).toMatchObject({ code: 1, stderr: `health check: the node at ${address} is NOT_SERVING\n` });
    expect((await healthOf(`grpc://${address}/${serviceName}`)).code).toBe(0);
    const unknown = await healthOf(`grpc://${address}/another.Service`);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain("another.Service");
  });

  it("fails without a listener, without a response, and with an invalid address", async () => {
    const silent = createServer().listen(0, "127.0.0.1");
    onTestFinished(() => void silent.close());
    await once(silent, "listening");
    const bound = silent.address();
    const port = typeof bound === "object" ? bound?.port : undefined;
    const addresses = [
      "grpc://127.0.0.1:1",
      "http://127.0.0.1:1/healthz",
      "127.0.0.1:50051",
      "ftp://127.0.0.1",
    ];
    for (const address of [...addresses, `grpc://127.0.0.1:${port}`, `http://127.0.0.1:${port}/healthz`]) {
      const { code, stderr } = await healthOf(address);
      expect(code, address).toBe(1);
      expect(stderr).toMatch(/^health check: [^\n]+\n$/);
    }
  });
});

it("every health name in the deployment files is known to the service", async () => {
  const server = await startTestServer();
  onTestFinished(() => server.stop());
  const kubelet = valuesOf(manifests(), "grpc").flatMap((each) => valuesOf(each, "service"));
  const envoy = valuesOf(treeOf("envoy.yaml"), "service_name");
  const patches = listAt(treeOf("kubernetes/tls/kustomization.yaml"), "patches");
  const commands = patches
    .flatMap((each) => valuesOf(parse(String(valuesOf(each, "patch")[0])) as Tree, "command"))
    .map((each) => /^grpcs:\/\/[^/]+\/(.+)$/.exec(String(listAt(each).at(-1)))?.[1]);
  expect(textOf("Dockerfile")).toContain('"grpc://127.0.0.1:50051"');
  const names = new Set([...kubelet, ...envoy, ...commands]);
  expect([...names].toSorted()).toEqual(["liveness", serviceName]);
  for (const name of names) {
    expect(await healthOf(`grpc://${server.address}/${name}`), String(name)).toMatchObject({ code: 0 });
  }
});
