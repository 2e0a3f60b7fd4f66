import { Client, credentials, Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { pino } from "pino";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import * as messages from "../../gen/qrlogin/v1/qr_login_service.js";
import {
  developmentApp,
  developmentPool,
  signDevelopmentToken,
} from "../../src/auth/development_identities.js";
import { systemClock } from "../../src/base/clock.js";
import { type ErrorReasonName, parseErrorDetails } from "../../src/client/error_details.js";
import { type Service, startService } from "../../src/compose/service.js";
import { lifetimesOf } from "../../src/compose/store.js";
import { loadConfig } from "../../src/config/load_config.js";
import { newSecret, newTicketId } from "../../src/domain/secrets.js";
import { createMemoryStore } from "../../src/store/memory/memory_store.js";
import {
  asksForCheckCode,
  asUser,
  authorization,
  basic,
  type CreatedTicket,
  callsOf,
  type Rpc,
  responseOrThrow,
} from "../support/callers.js";
import { collectGarbage } from "../support/collect_garbage.js";
import {
  createRequestFuzzer,
  createSeededRandom,
  nestedLists,
  type SeededRandom,
} from "../support/fuzzing.js";
import { tokenIssuer } from "../support/server.js";

const seed = Number(process.env.QRLOGIN_FUZZ_SEED ?? 1 + (Date.now() % 1_000_000_000));
const requestsPerRpc = Number(process.env.QRLOGIN_FUZZ_REQUESTS ?? 10_000);
const concurrency = 100;
/** Heap growth that is allowed after the first ten thousand requests. */
const maxHeapGrowth = 32 * 2 ** 20;

const asDemo = authorization(basic("demo-app", "demo-secret"));
const service = messages.QrLoginServiceService;
const byApprover: readonly Rpc[] = ["markScanned", "authorize", "cancel"];

let app: Service;
let client: Client;
let alice: Metadata;
let subscriptions = 0;
/** Log lines that report an internal error. */
const faults: string[] = [];
const tickets: CreatedTicket[] = [];
/** Warnings of Node.js, such as listeners that look like a leak. */
const warnings: string[] = [];
const onWarning = (warning: Error) => void warnings.push(warning.name);

beforeAll(async () => {
  process.on("warning", onWarning);
  // The tickets are few, so that the heap shows leaks.
  const env = {
    QRLOGIN_GRPC_ADDRESS: "127.0.0.1:0",
    QRLOGIN_STORE_MAX_TICKETS: "2000",
    QRLOGIN_POLICY_CHECK_CODE_MODE: "always",
  };
  const developmentPreset = { apps: [developmentApp], userPools: [developmentPool], tokenIssuer };
  const config = loadConfig({ env, developmentPreset });
  const store = createMemoryStore({
    clock: systemClock,
    lifetimes: lifetimesOf(config.tickets),
    ...config.store,
  });
  const counted = {
    ...store,
    async subscribe(id: string, onChange: () => void) {
      const unsubscribe = await store.subscribe(id, onChange);
      subscriptions += 1;
      return () => {
        subscriptions -= 1;
        unsubscribe();
      };
    },
  };
  const log = pino({ level: "error" }, { write: (line) => void faults.push(line) });
  app = await startService(config, log, { store: counted });
  client = connect();
  alice = asUser(await signDevelopmentToken("alice", Date.now()));
  const demo = new messages.QrLoginServiceClient(app.grpcAddress, credentials.createInsecure());
  for (let count = 0; count < 50; count++)
    tickets.push(responseOrThrow(await callsOf(demo, asDemo).createTicket(asksForCheckCode)));
  demo.close();
});

afterAll(async () => {
  client.close();
  await app.stop();
  process.off("warning", onWarning);
});

/** Returns the result of a raw request: "OK", the error reason, or the gRPC code if there is no reason. */
type CallOutcome = "OK" | ErrorReasonName | `code ${string}`;

function callOutcomeOf(error: ServiceError | null): CallOutcome {
  if (!error) return "OK";
  return parseErrorDetails(error.metadata).reason ?? `code ${status[error.code]}: ${error.details}`;
}

const connect = () =>
  new Client(app.grpcAddress, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });

const raw = (bytes: Buffer) => bytes;

function send(client: Client, rpc: Rpc, bytes: Buffer, metadata: Metadata): Promise<CallOutcome> {
  const { path, responseStream } = service[rpc];
  return new Promise((resolve) => {
    if (!responseStream) {
      client.makeUnaryRequest(path, raw, raw, bytes, metadata, (error) => resolve(callOutcomeOf(error)));
      return;
    }
    const stream = client.makeServerStreamRequest(path, raw, raw, bytes, metadata);
    let got = false;
    stream.on("data", () => {
      got = true;
      stream.cancel();
    });
    stream.on("error", (error: ServiceError) => resolve(got ? "OK" : callOutcomeOf(error)));
    stream.on("end", () => resolve("OK"));
  });
}

function validRequest(rpc: Rpc, chance: SeededRandom): Uint8Array {
  const { ticketId, ticketSecret, qrContent } = chance.pick(tickets);
  const right: Readonly<Record<Rpc, () => Uint8Array>> = {
    createTicket: () => {
      const customData = { cart: chance.integerBelow(9), list: [1, null, { deep: "text" }] };
      const requester = {
        ipAddress: "192.0.2.7",
        userAgent: "Firefox",
        deviceName: "laptop",
        location: "Leipzig",
      };
      // An image takes a hundred times as long as the rest of the call.
      const format = chance.integerBelow(200) === 0 ? chance.pick([1, 2]) : chance.pick([0, 3, 99, -1]);
      const wanted =
        chance.integerBelow(3) === 0
          ? { qrImage: { format: format as messages.QrImageFormat, size: 64 } }
          : {};
      const capabilities = [chance.pick([0, 1, 1, 1, 99]) as messages.CreatorCapability];
      const ttl = { seconds: 60, nanos: 1 };
      const request = { scene: "APP_AUTH", customData, ttl, requester, capabilities, ...wanted };
      return messages.CreateTicketRequest.encode(messages.CreateTicketRequest.fromPartial(request)).finish();
    },
    getStatus: () => messages.GetStatusRequest.encode({ ticketId, ticketSecret }).finish(),
    watchStatus: () => messages.WatchStatusRequest.encode({ ticketId, ticketSecret }).finish(),
    markScanned: () => {
      const scanned = { $case: "qrContent" as const, value: qrContent };
      // Some numbers belong to no capability of this release.
      const capabilities = [chance.pick([0, 1, 99, -1]) as messages.PhoneCapability];
      return messages.MarkScannedRequest.encode({ scanned, capabilities }).finish();
    },
    authorize: () => messages.AuthorizeRequest.encode({ ticketId }).finish(),
    cancel: () => messages.CancelRequest.encode({ ticketId }).finish(),
    submitCheckCode: () => {
      const checkCode = String(1_000 + chance.integerBelow(999_000));
      return messages.SubmitCheckCodeRequest.encode({
        ...{ ticketId, ticketSecret, checkCode },
        ipAddress: chance.pick(["", "192.0.2.7", "2001:db8::1%eth0", "localhost"]),
      }).finish();
    },
    withdraw: () => messages.WithdrawRequest.encode({ ticketId, ticketSecret }).finish(),
    exchangeUserInfo: () => {
      const exchangeTicket = `${ticketId}.${newSecret()}`;
      return messages.ExchangeUserInfoRequest.encode({
        exchangeTicket,
        codeVerifier: newTicketId(),
      }).finish();
    },
    getSigningKeys: () => messages.GetSigningKeysRequest.encode({}).finish(),
  };
  return right[rpc]();
}

/** Half of the requests have a valid credential, the others have arbitrary ones. */
function randomMetadata(rpc: Rpc, chance: SeededRandom): Metadata {
  const right = byApprover.includes(rpc) ? alice : asDemo;
  if (chance.integerBelow(2) === 0) return right;
  const metadata = new Metadata();
  const letters = () => chance.bytes(1 + chance.integerBelow(40)).toString("base64");
  for (let count = chance.integerBelow(4); count > 0; count--)
    metadata.add(`x-${letters().replace(/\W/g, "")}`, letters());
  if (chance.integerBelow(4) === 0) metadata.add("x-bytes-bin", chance.bytes(chance.integerBelow(300)));
  const schemes = ["Basic ", "Bearer ", "basic", "Digest ", "", "Bearer a.b.", "Basic Og=="];
  // grpc-js would not send several values.
  const arbitrary = `${chance.pick(schemes)}${letters()}`;
  if (chance.integerBelow(4) === 0) metadata.merge(right);
  else if (chance.integerBelow(2) === 0) metadata.set("authorization", arbitrary);
  return metadata;
}

async function fuzz(rpc: Rpc, chance: SeededRandom): Promise<Map<CallOutcome, number>> {
  const known = () => {
    const ticket = chance.pick(tickets);
    return chance.pick([ticket.ticketId, ticket.ticketSecret, ticket.qrContent, newTicketId()]);
  };
  const next = createRequestFuzzer(chance, () => validRequest(rpc, chance), known);
  const ends = new Map<CallOutcome, number>();
  let left = requestsPerRpc;
  const worker = async () => {
    // Watches are cancelled, and Node.js closes a connection with INTERNAL_ERROR after a thousand resets in a short
    // time (the guard of nghttp2 against rapid resets). So each worker resets streams of its own connection.
    const own = service[rpc].responseStream ? connect() : client;
    while (left-- > 0) {
      const end = await send(own, rpc, next(), randomMetadata(rpc, chance));
      ends.set(end, (ends.get(end) ?? 0) + 1);
    }
    if (own !== client) own.close();
  };
  await Promise.all(Array.from({ length: concurrency }, worker));
  return ends;
}

// Methods that end tickets come last, so that the others find live tickets.
const order: readonly Rpc[] = [
  "createTicket",
  "getSigningKeys",
  "getStatus",
  "watchStatus",
  "exchangeUserInfo",
  "markScanned",
  "authorize",
  "submitCheckCode",
  "cancel",
  "withdraw",
];

describe(`random requests from the seed ${seed} (set QRLOGIN_FUZZ_SEED to repeat them)`, () => {
  let heapAfterFirst = 0;

  it.each(order)(
    `${requestsPerRpc} requests to %s succeed or fail with a known reason other than INTERNAL`,
    async (rpc) => {
      const ends = await fuzz(rpc, createSeededRandom(seed + order.indexOf(rpc)));
      const strange = [...ends.keys()].filter((end) => end === "INTERNAL" || end.startsWith("code "));
      expect({ strange, faults }).toEqual({ strange: [], faults: [] });
      // Otherwise the requests or credentials were too bad for the test to show anything.
      expect(ends.get("INVALID_REQUEST")).toBeGreaterThan(requestsPerRpc / 20);
      expect(ends.size).toBeGreaterThan(2);
      if (rpc === order[0]) heapAfterFirst = await heapAtRest();
    },
    300_000,
  );

  it("random requests leave no watch open", async () => {
    for (let turns = 0; turns < 1_000 && subscriptions > 0; turns++) await turn();
    expect(subscriptions).toBe(0);
  });

  it("random requests cause no warning of Node.js", () => {
    expect(warnings).toEqual([]);
  });

  it("random requests do not make the heap grow", async () => {
    expect((await heapAtRest()) - heapAfterFirst).toBeLessThan(maxHeapGrowth);
  });

  it("random requests leave the server able to serve", async () => {
    const { ticketId, ticketSecret } = tickets[0] as CreatedTicket;
    const request = Buffer.from(messages.GetStatusRequest.encode({ ticketId, ticketSecret }).finish());
    expect(await send(client, "getStatus", request, asDemo)).toBe("OK");
  });
});

describe("custom data", () => {
  it("custom data nested as deeply as a message can be is rejected without an internal error", async () => {
    for (const depth of [1, 10, 40, 45, 50, 60, 100, 1_000, 4_000, 8_000]) {
      const end = await send(client, "createTicket", Buffer.from(nestedLists(depth)), asDemo);
      // Extreme depths may be rejected.
      const mayBe = ["POLICY_NOT_SUPPORTED", "TOO_MANY_TICKETS", ...(depth > 40 ? ["INVALID_REQUEST"] : [])];
      expect(mayBe, `depth ${depth}`).toContain(end);
    }
    expect(faults).toEqual([]);
  });
});

async function heapAtRest(): Promise<number> {
  for (let turns = 0; turns < 20; turns++) await turn();
  collectGarbage();
  return process.memoryUsage().heapUsed;
}

function turn(): Promise<void> {
  return new Promise((resolve) => {
    setImmediate(resolve);
  });
}
