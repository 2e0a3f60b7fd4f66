import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as messages from "../../gen/qrlogin/v1/qr_login_admin_service.js";
import { parseErrorDetails } from "../../src/client/error_details.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { asApp, authorization, basic } from "../support/callers.js";
import { createRequestFuzzer, createSeededRandom, type SeededRandom } from "../support/fuzzing.js";
import { startTestServer, type TestServer } from "../support/server.js";

const seed = Number(process.env.QRLOGIN_FUZZ_SEED ?? 1 + (Date.now() % 1_000_000_000));
const requests = 300;
const adminSecret = "secret-of-the-operators";
const service = messages.QrLoginAdminServiceService;
type Method = keyof typeof service;

let server: TestServer;
let client: Client;
beforeAll(async () => {
  const admins = [{ id: "ops", secretSha256: sha256Hex(adminSecret) }];
  server = await startTestServer({ settings: { admins }, logLevel: "info" });
  client = new Client(server.address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
});
afterAll(async () => {
  client.close();
  await server.stop();
});

const ids = ["shop", "blog", "customers", "staff", "nobody", "", "constructor", "__proto__"];

function validRequest(method: Method, chance: SeededRandom): Uint8Array {
  const $case = chance.pick(["appId", "userPoolId"] as const);
  const target = { $case, value: chance.pick(ids) };
  switch (method) {
    case "disableSignIns":
      return messages.DisableSignInsRequest.encode({ target, note: "a note" }).finish();
    case "enableSignIns":
      return messages.EnableSignInsRequest.encode({ target }).finish();
    case "listDisabledSignIns":
      return messages.ListDisabledSignInsRequest.encode({}).finish();
    case "describeTicket": {
      const value = chance.pick(["a".repeat(12), "_-_-_-_-_-_-", "\u0000".repeat(12), "A".repeat(22)]);
      const ticket = { $case: chance.pick(["logId", "ticketId"] as const), value };
      return messages.DescribeTicketRequest.encode({ ticket }).finish();
    }
  }
}

function send(method: Method, request: Buffer, chance: SeededRandom): Promise<string> {
  const metadata = chance.integerBelow(10) === 0 ? asApp("shop") : authorization(basic("ops", adminSecret));
  const raw = (bytes: Buffer) => bytes;
  return new Promise((resolve) => {
    client.makeUnaryRequest(service[method].path, raw, raw, request, metadata, (error: ServiceError | null) =>
      resolve(error ? (parseErrorDetails(error.metadata).reason ?? `code ${status[error.code]}`) : "OK"),
    );
  });
}

describe(`random requests to the admin service from the seed ${seed}`, () => {
  it.each(Object.keys(service) as Method[])(
    `${requests} requests to %s succeed or fail with a known reason other than INTERNAL`,
    async (method) => {
      const chance = createSeededRandom(seed);
      const next = createRequestFuzzer(
        chance,
        () => validRequest(method, chance),
        () => chance.pick(ids),
      );
      const outcomes = new Set<string>();
      for (let count = 0; count < requests; count += 50) {
        const batch = Array.from({ length: 50 }, () => send(method, next(), chance));
        for (const outcome of await Promise.all(batch)) outcomes.add(outcome);
      }
      // No ticket exists.
      const found = method === "describeTicket" ? "TICKET_NOT_FOUND" : "OK";
      expect([...outcomes].toSorted()).toEqual(
        ["ADMIN_UNAUTHENTICATED", "INVALID_REQUEST", found].toSorted(),
      );
    },
  );
});
