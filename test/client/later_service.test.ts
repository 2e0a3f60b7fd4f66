import { Metadata, Server, ServerCredentials, type ServerUnaryCall, status } from "@grpc/grpc-js";
import { ErrorInfo, RetryInfo } from "nice-grpc-error-details";
import { Status } from "nice-grpc-error-details/lib/proto/google/rpc/status.js";
import { describe, expect, onTestFinished, test } from "vitest";
import {
  CreateTicketResponse,
  MarkScannedResponse,
  QrLoginServiceService,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState, TicketStatus } from "../../gen/qrlogin/v1/ticket.js";
import { createAppClient, createApproverClient } from "../../src/client/index.js";

// A later service, which sends what docs/stability.md allows to add.

/** Fields with numbers that no message has: a number, a text and a message within a message. */
const unknownFields = Buffer.concat([
  Buffer.from([0xf8, 0x3e, 0x07]),
  Buffer.from([0x82, 0x3f, 0x03]),
  Buffer.from("new"),
  Buffer.from([0x8a, 0x3f, 0x02, 0x08, 0x01]),
]);
const later = (bytes: Uint8Array) => Buffer.concat([bytes, unknownFields]);

/** Returns a WatchStatusResponse whose status, too, has unknown fields. */
function laterStatus(fields: Partial<TicketStatus>): Buffer {
  const inner = later(TicketStatus.encode(TicketStatus.fromPartial({ ticketId: "t", ...fields })).finish());
  return later(Buffer.concat([Buffer.from([0x0a, inner.length]), inner]));
}

const unknownValue = 99;

/** Returns an error with a reason, a key of the metadata and a detail that this client does not know. */
function laterError() {
  const any = (type: string, value: Uint8Array) => ({
    $type: "google.protobuf.Any" as const,
    ...{ typeUrl: `type.googleapis.com/${type}`, value: Buffer.from(value) },
  });
  const info = ErrorInfo.fromPartial({
    reason: "MOON_IN_THE_WRONG_PHASE",
    domain: "qrlogin.v1",
    metadata: { current_state: "DORMANT", phase: "full" },
  });
  const delay = RetryInfo.fromPartial({ retryDelay: { seconds: 3, nanos: 0 } });
  const details = [
    any("qrlogin.v1.MoonPhase", unknownFields),
    any("google.rpc.ErrorInfo", later(ErrorInfo.encode(info).finish())),
    any("google.rpc.RetryInfo", RetryInfo.encode(delay).finish()),
  ];
  const code = status.FAILED_PRECONDITION;
  const metadata = new Metadata();
  const bytes = Status.encode(Status.fromPartial({ code, message: "no", details })).finish();
  metadata.set("grpc-status-details-bin", Buffer.from(later(bytes)));
  return { code, details: "no", metadata };
}

/**
 * Starts the service.
 *
 * @param hasRead Resolves when the first status of a watch has been read, since a slow reader gets the last one only.
 */
async function startLaterService(hasRead: Promise<void>): Promise<string> {
  const server = new Server();
  // biome-ignore lint/suspicious/noExplicitAny: one shape for the handlers of all methods
  const asBytes = (definition: any) => ({ ...definition, responseSerialize: (bytes: Buffer) => bytes });
  const { createTicket, markScanned, withdraw, watchStatus } = QrLoginServiceService;
  const definition = {
    createTicket: asBytes(createTicket),
    markScanned: asBytes(markScanned),
    withdraw: asBytes(withdraw),
    watchStatus: asBytes(watchStatus),
  };
  type Answer = (error: object | null, bytes?: Buffer) => void;
  type Call = ServerUnaryCall<unknown, unknown>;
  server.addService(definition, {
    createTicket: (_: Call, answer: Answer) =>
      answer(
        null,
        later(CreateTicketResponse.encode(CreateTicketResponse.fromPartial({ ticketId: "t" })).finish()),
      ),
    markScanned: (_: Call, answer: Answer) => {
      const context = { ipAddress: "192.0.2.1", ipAddressSource: unknownValue as never };
      const response = MarkScannedResponse.fromPartial({ state: unknownValue as never, requester: context });
      answer(null, later(MarkScannedResponse.encode(response).finish()));
    },
    withdraw: (_: Call, answer: Answer) => answer(laterError()),
    watchStatus: async (stream: { write(bytes: Buffer): void; end(): void }) => {
      stream.write(laterStatus({ state: unknownValue as never, revision: 1 }));
      await hasRead;
      const cancelReason = unknownValue as never;
      stream.write(laterStatus({ state: TicketState.CANCELLED, revision: 2, cancelReason }));
      stream.end();
    },
  });
  onTestFinished(() => server.forceShutdown());
  const port = await new Promise<number>((resolve, reject) =>
    server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, bound) =>
      error ? reject(error) : resolve(bound),
    ),
  );
  return `127.0.0.1:${port}`;
}

async function appClient(hasRead = Promise.resolve()) {
  const client = createAppClient({ address: await startLaterService(hasRead), appId: "a", appSecret: "s" });
  onTestFinished(() => client.close());
  return client;
}

describe("a client of a later service", () => {
  test("unknown fields of a response are ignored", async () => {
    const client = await appClient();
    expect(await client.createTicket({})).toMatchObject({ ticketId: "t", ticketSecret: "" });
  });

  test("a watch yields an unknown state, goes on, and ends with an unknown cancel reason", async () => {
    let read = () => {};
    const client = await appClient(
      new Promise((resolve) => {
        read = resolve;
      }),
    );
    const seen: (readonly [state: number, cancelReason: number])[] = [];
    for await (const { state, cancelReason } of client.watchStatus({ ticketId: "t", ticketSecret: "s" })) {
      seen.push([state, cancelReason]);
      read();
    }
    expect(seen).toEqual([
      [unknownValue, 0],
      [TicketState.CANCELLED, unknownValue],
    ]);
  });

  test("an unknown reason leaves the code, its text, the state as text and the delay", async () => {
    const client = await appClient();
    await expect(client.withdraw({ ticketId: "t", ticketSecret: "s" })).rejects.toMatchObject({
      ...{ code: status.FAILED_PRECONDITION, reason: undefined, rawReason: "MOON_IN_THE_WRONG_PHASE" },
      ...{ currentState: "DORMANT", retryAfterMs: 3_000 },
    });
  });

  test("an approver reads an unknown source and an unknown state as numbers", async () => {
    const client = createApproverClient({ address: await startLaterService(Promise.resolve()), token: "t" });
    onTestFinished(() => client.close());
    const { state, requester } = await client.markScanned({ scanned: { $case: "ticketId", value: "t" } });
    expect([state, requester?.ipAddressSource]).toEqual([unknownValue, unknownValue]);
  });
});
