import { Server, ServerCredentials, status } from "@grpc/grpc-js";
import { afterEach, beforeEach, expect, test } from "vitest";
import { QrLoginServiceService } from "../../gen/qrlogin/v1/qr_login_service.js";
import { type AppClientOptions, createAppClient } from "../../src/client/index.js";
import { testCertificate } from "./test_certificate.js";

let server: Server;
let address: string;

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
  address = await new Promise<string>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createSsl(null, [pair]), (error, port) =>
      error ? reject(error) : resolve(`localhost:${port}`),
    ),
  );
});
afterEach(() => server.forceShutdown());

async function codeWith(tls: AppClientOptions["tls"]) {
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
