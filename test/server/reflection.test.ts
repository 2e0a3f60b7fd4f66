import { execFile } from "node:child_process";
import { readFileSync } from "node:fs";
import { constants } from "node:http2";
import { promisify } from "node:util";
import { fromBinary } from "@bufbuild/protobuf";
import { FileDescriptorProtoSchema, FileDescriptorSetSchema } from "@bufbuild/protobuf/wkt";
import { Client, credentials, type ServiceError, status } from "@grpc/grpc-js";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import * as v1 from "../../gen/grpc/reflection/v1/reflection.js";
import * as v1alpha from "../../gen/grpc/reflection/v1alpha/reflection.js";
import { sha256Hex } from "../../src/domain/secrets.js";
import { startBareServer } from "../support/bare_server.js";
import { basic } from "../support/callers.js";
import { createManualClock } from "../support/clock.js";
import { connectPeer, grpcFrame } from "../support/http2_peer.js";
import { appSecrets, startTestServer, type TestServer } from "../support/server.js";

const run = promisify(execFile);
const versions = { v1, v1alpha };
type Version = keyof typeof versions;
type MessageRequest = v1.ServerReflectionRequest["messageRequest"];

const services = [
  "grpc.health.v1.Health",
  "grpc.reflection.v1.ServerReflection",
  "grpc.reflection.v1alpha.ServerReflection",
  "qrlogin.v1.QrLoginService",
];

const adminService = "qrlogin.v1.QrLoginAdminService";

let server: TestServer;
let client: Client;
beforeAll(async () => {
  server = await startTestServer({ settings: { grpc: { address: "127.0.0.1:0", reflection: true } } });
  client = clientOf(server.address);
});
afterAll(async () => {
  client.close();
  await server.stop();
});

function clientOf(address: string): Client {
  return new Client(address, credentials.createInsecure(), { "grpc.use_local_subchannel_pool": 1 });
}

/** Sends the requests in one stream. Resolves with the responses and the code with which the stream ended. */
async function exchange(version: Version, requests: readonly Buffer[], by = client) {
  const { path, responseDeserialize } = versions[version].ServerReflectionService.serverReflectionInfo;
  const stream = by.makeBidiStreamRequest(path, (bytes: Buffer) => bytes, responseDeserialize);
  for (const request of requests) stream.write(request);
  stream.end();
  const answers: v1.ServerReflectionResponse[] = [];
  try {
    for await (const answer of stream) answers.push(answer);
  } catch (error) {
    return { answers, code: (error as ServiceError).code };
  }
  return { answers, code: status.OK };
}

function encoded(messageRequest: MessageRequest): Buffer {
  return Buffer.from(v1.ServerReflectionRequest.encode({ host: "example.com", messageRequest }).finish());
}

async function ask(version: Version, asked: MessageRequest): Promise<v1.ServerReflectionResponse> {
  const { answers, code } = await exchange(version, [encoded(asked)]);
  expect({ code, count: answers.length }).toEqual({ code: status.OK, count: 1 });
  return answers[0] as v1.ServerReflectionResponse;
}

async function filesOf(version: Version, asked: MessageRequest) {
  const { messageResponse } = await ask(version, asked);
  if (messageResponse?.$case !== "fileDescriptorResponse")
    throw new Error(`no files: ${messageResponse?.$case}`);
  return messageResponse.value.fileDescriptorProto.map((file) => fromBinary(FileDescriptorProtoSchema, file));
}

/** Returns the files as the compiler described them. */
function readDescriptorSet(name: string) {
  const bytes = readFileSync(new URL(`../../gen/${name}.binpb`, import.meta.url));
  return fromBinary(FileDescriptorSetSchema, bytes).file;
}

describe.each(["v1", "v1alpha"] as const)("reflection %s", (version) => {
  it("lists every service", async () => {
    const { messageResponse, validHost } = await ask(version, { $case: "listServices", value: "" });
    if (messageResponse?.$case !== "listServicesResponse") throw new Error("no list");
    expect(messageResponse.value.service.map(({ name }) => name).toSorted()).toEqual(services);
    expect(validHost).toBe("example.com");
  });

  it.each([
    { $case: "fileContainingSymbol", value: adminService },
    { $case: "fileContainingSymbol", value: "qrlogin.v1.DisableSignInsRequest" },
    { $case: "fileByFilename", value: "qrlogin/v1/qr_login_admin_service.proto" },
  ] as const)("does not show the admin service to $case while it is not served", async (asked) => {
    const { messageResponse } = await ask(version, asked);
    expect(messageResponse).toMatchObject({ $case: "errorResponse", value: { errorCode: status.NOT_FOUND } });
  });

  it("lists the admin service, and returns its file, where there are administrators", async () => {
    const admins = [{ id: "ops", secretSha256: [sha256Hex("secret-of-the-operators")] }];
    const grpc = { address: "127.0.0.1:0", reflection: true };
    const other = await startTestServer({ settings: { grpc, admins } });
    const by = clientOf(other.address);
    const { answers } = await exchange(
      version,
      [
        encoded({ $case: "listServices", value: "" }),
        encoded({ $case: "fileContainingSymbol", value: adminService }),
      ],
      by,
    );
    const [list, file] = answers.map(({ messageResponse }) => messageResponse);
    if (list?.$case !== "listServicesResponse") throw new Error("no list");
    expect(list.value.service.map(({ name }) => name)).toContain(adminService);
    expect(file?.$case).toBe("fileDescriptorResponse");
    by.close();
    await other.stop();
  });

  it.each([
    ["a service", { $case: "fileContainingSymbol", value: "qrlogin.v1.QrLoginService" }],
    ["a method", { $case: "fileContainingSymbol", value: "qrlogin.v1.QrLoginService.CreateTicket" }],
    ["a message", { $case: "fileContainingSymbol", value: "qrlogin.v1.CreateTicketRequest" }],
    ["a field", { $case: "fileContainingSymbol", value: "qrlogin.v1.CreateTicketRequest.scene" }],
    ["its name", { $case: "fileByFilename", value: "qrlogin/v1/qr_login_service.proto" }],
  ] as const)(
    "returns the file of %s with all its imports, as the compiler described them",
    async (_, asked) => {
      const files = await filesOf(version, asked);
      const names = files.map(({ name }) => name);
      expect(names).toContain("qrlogin/v1/qr_login_service.proto");
      for (const { dependency } of files) expect(names).toEqual(expect.arrayContaining(dependency));
      const known = readDescriptorSet("qrlogin");
      for (const file of files) expect(file).toEqual(known.find(({ name }) => name === file.name));
    },
  );

  it.each(services)("returns the file of the service %s", async (service) => {
    const files = await filesOf(version, { $case: "fileContainingSymbol", value: service });
    const declared = files.flatMap((file) => file.service.map(({ name }) => `${file.package}.${name}`));
    expect(declared).toContain(service);
  });

  it.each([
    { $case: "fileContainingSymbol", value: "qrlogin.v1.Nothing" },
    { $case: "fileContainingSymbol", value: "" },
    { $case: "fileByFilename", value: "../package.json" },
    { $case: "allExtensionNumbersOfType", value: "qrlogin.v1.Nothing" },
    {
      $case: "fileContainingExtension",
      value: { containingType: "qrlogin.v1.UserInfo", extensionNumber: 100 },
    },
    undefined,
  ] as const)("answers %j with NOT_FOUND, and the stream goes on", async (asked) => {
    const { answers, code } = await exchange(version, [
      encoded(asked),
      encoded({ $case: "listServices", value: "" }),
    ]);
    expect(code).toBe(status.OK);
    expect(answers.map(({ messageResponse }) => messageResponse?.$case)).toEqual([
      "errorResponse",
      "listServicesResponse",
    ]);
    expect(answers[0]?.messageResponse?.value).toMatchObject({ errorCode: status.NOT_FOUND });
  });

  it("ends a stream with INVALID_ARGUMENT at requests that cannot be decoded, however many", async () => {
    const garbage = Buffer.from([0x0a, 0xff, 0x01]);
    expect(await exchange(version, [garbage, garbage, garbage])).toEqual({
      answers: [],
      code: status.INVALID_ARGUMENT,
    });
    expect((await ask(version, { $case: "listServices", value: "" })).messageResponse).toBeDefined();
  });

  it("is UNIMPLEMENTED unless it is enabled", async () => {
    const quiet = await startTestServer();
    const other = clientOf(quiet.address);
    const { code } = await exchange(version, [encoded({ $case: "listServices", value: "" })], other);
    expect(code).toBe(status.UNIMPLEMENTED);
    other.close();
    await quiet.stop();
  });
});

describe("reflection under its limits", () => {
  const path = "/grpc.reflection.v1.ServerReflection/ServerReflectionInfo";
  const listing = grpcFrame(encoded({ $case: "listServices", value: "" }));
  const largest = grpcFrame(encoded({ $case: "fileContainingSymbol", value: "qrlogin.v1.QrLoginService" }));

  async function start() {
    const clock = createManualClock(Date.now());
    const { address } = await startBareServer({ clock, reflection: true });
    const newPeer = async (options?: Parameters<typeof connectPeer>[1]) => {
      const peer = await connectPeer(address, options);
      onTestFinished(() => peer.close());
      return peer;
    };
    return { clock, newPeer };
  }

  it("stops reading a stream while its responses are not read, and resumes afterwards", async () => {
    const { newPeer } = await start();
    const peer = await newPeer({ settings: { initialWindowSize: 0 } });
    const call = peer.call(path);
    const padded = grpcFrame(
      v1.ServerReflectionRequest.encode({
        host: "h".repeat(1_000),
        messageRequest: { $case: "listServices", value: "" },
      }).finish(),
    );
    for (let count = 0; count < 900; count++) call.write(padded);
    for (let count = 0; count < 100; count++) await peer.roundTrip();
    // Less than a quarter of the requests has been read.
    expect(call.unsentBytes()).toBeGreaterThan(700 * padded.length);
    peer.session.settings({ initialWindowSize: 2 ** 24 });
    peer.session.setLocalWindowSize(2 ** 24);
    call.end();
    expect(await call.ended).toEqual({ code: "OK", reset: undefined });
    expect(call.received().length).toBeGreaterThan(900 * padded.length);
  });

  it("ends a stream with RESOURCE_EXHAUSTED after a thousand requests", async () => {
    const { newPeer } = await start();
    const call = (await newPeer()).call(path);
    for (let count = 0; count < 1_000; count++) call.write(listing);
    call.end(listing);
    expect((await call.ended).code).toBe("RESOURCE_EXHAUSTED");
  });

  it("allows at most 32 streams at a time", async () => {
    const { newPeer } = await start();
    const peer = await newPeer();
    const calls = Array.from({ length: 32 }, () => peer.call(path));
    await peer.roundTrip();
    const rejected = peer.call(path);
    rejected.end();
    expect((await rejected.ended).code).toBe("RESOURCE_EXHAUSTED");
    calls[0]?.end();
    expect((await calls[0]?.ended)?.code).toBe("OK");
    const next = peer.call(path);
    next.end(largest);
    expect((await next.ended).code).toBe("OK");
  });

  it("ends a stream after a minute, even if its responses are not read", async () => {
    const { clock, newPeer } = await start();
    const [idle, deaf] = [await newPeer(), await newPeer({ settings: { initialWindowSize: 0 } })];
    const calls = [idle.call(path), deaf.call(path)];
    calls[1]?.write(largest);
    await Promise.all([idle.roundTrip(), deaf.roundTrip()]);
    clock.advance(60_000);
    await idle.roundTrip();
    expect(calls.map((call) => call.isClosed())).toEqual([false, false]);
    clock.advance(2_000);
    expect((await calls[0]?.ended)?.code).toBe("DEADLINE_EXCEEDED");
    expect((await calls[1]?.ended)?.reset).toBe(constants.NGHTTP2_CANCEL);
  });
});

describe("buf curl with nothing but the address", () => {
  async function bufCurl(method: string, request: object, ...words: string[]) {
    const url = `http://${server.address}/${method}`;
    const program = new URL("../../node_modules/.bin/buf", import.meta.url).pathname;
    const how = ["--protocol", "grpc", "--http2-prior-knowledge"];
    const { stdout } = await run(program, ["curl", ...how, ...words, "-d", JSON.stringify(request), url]);
    return JSON.parse(stdout);
  }
  const asShop = ["-H", `authorization: ${basic("shop", appSecrets.shop)}`];

  it("creates a ticket and reads its status", async () => {
    const { ticketId, ticketSecret, ...rest } = await bufCurl(
      "qrlogin.v1.QrLoginService/CreateTicket",
      { customData: { cart: 7 }, ttl: "60s", qrImage: { format: "QR_IMAGE_FORMAT_SVG" } },
      ...asShop,
    );
    expect(JSON.parse(rest.qrContent)).toMatchObject({ random: ticketId, customData: { cart: 7 } });
    const proof = { ticketId, ticketSecret };
    const answer = await bufCurl("qrlogin.v1.QrLoginService/GetStatus", proof, ...asShop);
    expect(answer.status).toMatchObject({ ticketId, state: "TICKET_STATE_PENDING", revision: 1 });
  });

  it("fails with the reason when the credential is wrong", async () => {
    const wrong = ["-H", `authorization: ${basic("shop", "wrong")}`];
    const failure = await bufCurl("qrlogin.v1.QrLoginService/CreateTicket", {}, ...wrong).catch(
      (error) => error,
    );
    expect(failure.code).toBe(8 * status.UNAUTHENTICATED);
    expect(failure.stderr).toContain("unauthenticated");
  });

  it("queries the health status", async () => {
    expect(await bufCurl("grpc.health.v1.Health/Check", {})).toEqual({ status: "SERVING" });
  });
});
