import { execFile, spawnSync } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { basic } from "../support/callers.js";
import { python } from "../support/python.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";
import { signToken } from "../support/tokens.js";
import { findTool } from "../support/tools.js";

const run = promisify(execFile);

const grpcurlCommand = process.env.QRLOGIN_TEST_GRPCURL ?? "grpcurl";
const grpcurl = findTool("grpcurl", () =>
  spawnSync(grpcurlCommand, ["-version"]).status === 0 ? undefined : "grpcurl is not installed",
);
const grpcio = findTool("Python", () =>
  python ? undefined : "no python3 has the packages grpcio and protobuf",
);

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const asShop = basic("shop", appSecrets.shop);

let server: TestServer;
let asAlice: string;
beforeAll(async () => {
  server = await startTestServer({ settings: { grpc: { address: "127.0.0.1:0", reflection: true } } });
  asAlice = `Bearer ${await signToken("alice")}`;
});
afterAll(() => server.stop());

describe("clients in other languages", () => {
  it.skipIf(!grpcio.isUsable)(
    `a Python client signs in with the descriptors from reflection${grpcio.skipNote}`,
    async () => {
      const args = [server.address, asShop, asAlice, here("../../gen/reflection.binpb")];
      const { stdout } = await run(python ?? "", [here("dynamic_client.py"), ...args]);
      expect(stdout).toBe("subject-of-alice\n");
    },
  );

  it.skipIf(!grpcurl.isUsable)(
    `grpcurl signs in with the descriptors from reflection${grpcurl.skipNote}`,
    async () => {
      const call = async (method: string, authorization: string, request: object) => {
        const args = ["-plaintext", "-H", `authorization: ${authorization}`, "-d", JSON.stringify(request)];
        const { stdout } = await run(grpcurlCommand, [
          ...args,
          server.address,
          `qrlogin.v1.QrLoginService/${method}`,
        ]);
        return JSON.parse(stdout);
      };
      const { ticketId, ticketSecret, qrContent } = await call("CreateTicket", asShop, {});
      await call("MarkScanned", asAlice, { qrContent });
      await call("Authorize", asAlice, { ticketId });
      const { status } = await call("GetStatus", asShop, { ticketId, ticketSecret });
      const { exchangeTicket } = status;
      const { user } = await call("ExchangeUserInfo", asShop, { exchangeTicket });
      expect(user.userId).toBe("subject-of-alice");
      const again = await call("ExchangeUserInfo", asShop, { exchangeTicket }).catch((error) => error);
      expect(again.stderr).toContain("Code: FailedPrecondition");
      const { stdout } = await run(grpcurlCommand, ["-plaintext", server.address, "list"]);
      expect(stdout).toContain("qrlogin.v1.QrLoginService");
    },
  );
});
