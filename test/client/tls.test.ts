import { once } from "node:events";
import { createServer, type TLSSocket } from "node:tls";
import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, onTestFinished, test } from "vitest";
import { QrLoginServiceService } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type AppClientOptions, createAppClient } from "../../src/client/index.js";
import { testCertificate } from "./test_certificate.js";

let server: Server;
let port: number;

beforeEach(async () => {
  server = new Server();
  const unused = () => {};
  server.addService(QrLoginServiceService, {
    createTicket: unused,
    getStatus: (_call: unknown, answer: (error: null, message: object) => void) => answer(null, {}),
    watchStatus: unused,
    markScanned: unused,
    authorize: unused,
    cancel: unused,
    withdraw: unused,
    exchangeUserInfo: unused,
  });
  const pair = {
    cert_chain: Buffer.from(testCertificate.cert),
    private_key: Buffer.from(testCertificate.key),
  };
  port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createSsl(null, [pair]), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
});
afterEach(() => server.forceShutdown());

async function codeWith(tls: AppClientOptions["tls"], address = `localhost:${port}`) {
  const client = createAppClient({ address, appId: "a", appSecret: "s", ...(tls !== undefined && { tls }) });
  try {
    await client.getStatus({});
    return status.OK;
  } catch (error) {
    return (error as { code: number }).code;
  } finally {
    client.close();
  }
}

test("the client connects to a server whose certificate the given roots trust", async () => {
  expect(await codeWith({ rootCertificates: testCertificate.cert })).toBe(status.OK);
  expect(await codeWith({ rootCertificates: Buffer.from(testCertificate.cert) })).toBe(status.OK);
});

test("the client does not connect to a server with an untrusted certificate", async () => {
  expect(await codeWith(true)).toBe(status.UNAVAILABLE);
  expect(await codeWith({})).toBe(status.UNAVAILABLE);
});

test("a server with TLS refuses plain text", async () => {
  expect(await codeWith(undefined)).toBe(status.UNAVAILABLE);
});

test("the client connects to an IP address that the certificate names", async () => {
  expect(await codeWith({ rootCertificates: testCertificate.cert }, `127.0.0.1:${port}`)).toBe(status.OK);
});

test.each([
  ["localhost", "localhost"],
  ["127.0.0.1", false],
])("the client that connects to %s sends the server name %s", async (host, serverName) => {
  const tlsServer = createServer({ ...testCertificate, ALPNProtocols: ["h2"] });
  onTestFinished(() => void tlsServer.close());
  const connected = once(tlsServer, "secureConnection");
  await new Promise<void>((resolve) => tlsServer.listen(0, "127.0.0.1", resolve));
  const { port: tlsPort } = tlsServer.address() as { port: number };
  const call = codeWith({ rootCertificates: testCertificate.cert }, `${host}:${tlsPort}`);
  const [socket] = (await connected) as [TLSSocket & { servername: string | false }];
  expect(socket.servername).toBe(serverName);
  socket.destroy();
  await call;
});
