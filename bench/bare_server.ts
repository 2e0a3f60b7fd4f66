import { Server, ServerCredentials, type ServerWritableStream } from "@grpc/grpc-js";
import {
  type AuthorizeResponse,
  type CreateTicketResponse,
  type GetStatusResponse,
  type MarkScannedResponse,
  QrLoginServiceService,
  type WatchStatusResponse,
} from "../gen/qrlogin/v1/qr_login_service.js";
import { CancelReason, ContextSource, TicketState } from "../gen/qrlogin/v1/ticket.js";

// The baseline: the cost of grpc-js and the generated code without any work in the service. Each call creates
// a new response with the length of the real one, which the benchmark checks.

const ticketId = "A".repeat(22);
const ticketSecret = "B".repeat(43);
const remainingDuration = { seconds: 119, nanos: 999_000_000 };
const time = "2026-01-01T00:00:00.000Z";
const requester = {
  ipAddress: "203.0.113.7",
  userAgent:
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
  deviceName: "Chrome on Linux",
  location: "Lisbon, Portugal",
  ipAddressSource: ContextSource.STATED_BY_APP,
  userAgentSource: ContextSource.STATED_BY_APP,
  deviceNameSource: ContextSource.STATED_BY_APP,
  locationSource: ContextSource.STATED_BY_APP,
};
const qrContent =
  `{"scene":"APP_AUTH","random":"${ticketId}","userPoolId":"customers"` +
  `,"createdAt":"${time}","expireAt":"${time}","customData":{}}`;

function created(): CreateTicketResponse {
  return {
    ticketId,
    ticketSecret,
    qrContent,
    qrImage: undefined,
    expireTime: new Date(Date.now() + 120_000),
    remainingDuration: { ...remainingDuration },
    minPollInterval: { seconds: 0, nanos: 500_000_000 },
    qrCodeStep: undefined,
  };
}

function status(): GetStatusResponse {
  return {
    status: {
      ticketId,
      state: TicketState.PENDING,
      revision: 1,
      expireTime: new Date(Date.now() + 120_000),
      remainingDuration: { ...remainingDuration },
      scannedBy: undefined,
      exchangeTicket: "",
      cancelReason: CancelReason.UNSPECIFIED,
      checkCodeDigits: 0,
      checkCodeAttemptsLeft: 0,
      qrCodeStep: undefined,
    },
  };
}

function statusMessage(state: TicketState): WatchStatusResponse {
  const { status: ticketStatus } = status();
  const scannedBy = state === TicketState.SCANNED ? { nickname: "Alice", photoUrl: "" } : undefined;
  return { status: ticketStatus && { ...ticketStatus, state, scannedBy } };
}

/**
 * The last opened watch, and the time of the last write to it, by the clock that all processes of the machine
 * share.
 */
let watching: ServerWritableStream<unknown, WatchStatusResponse> | undefined;
let lastWrite = 0n;

function scanned(): MarkScannedResponse {
  lastWrite = process.hrtime.bigint();
  watching?.write(statusMessage(TicketState.SCANNED));

  return {
    ticketId,
    state: TicketState.SCANNED,
    revision: 2,
    app: { name: "bench", logoUrl: "" },
    requester: { ...requester },
    customData: undefined,
    customDataSource: ContextSource.UNSPECIFIED,
    checkCodeDigits: 0,
    expireTime: new Date(Date.now() + 120_000),
    remainingDuration: { ...remainingDuration },
  };
}

// The options of src/server/grpc_server.ts with the default configuration.
const server = new Server({
  "grpc.max_receive_message_length": 65_536,
  "grpc.keepalive_time_ms": 30_000,
  "grpc.keepalive_timeout_ms": 10_000,
  "grpc.enable_channelz": 0,
});

type Answering<Answer> = (error: null, answer: Answer) => void;

const { createTicket, getStatus, markScanned, authorize, watchStatus } = QrLoginServiceService;
server.addService(
  { createTicket, getStatus, markScanned, authorize, watchStatus },
  {
    createTicket: (_call: unknown, answer: Answering<CreateTicketResponse>) => answer(null, created()),
    getStatus: (_call: unknown, answer: Answering<GetStatusResponse>) => answer(null, status()),
    markScanned: (_call: unknown, answer: Answering<MarkScannedResponse>) => answer(null, scanned()),
    authorize: (_call: unknown, answer: Answering<AuthorizeResponse>) =>
      answer(null, {
        state: TicketState.AUTHORIZED,
        revision: 3,
        checkCode: "",
        remainingDuration: undefined,
      }),
    watchStatus(call: ServerWritableStream<unknown, WatchStatusResponse>) {
      watching = call;
      call.write(statusMessage(TicketState.PENDING));
    },
  },
);

server.bindAsync("127.0.0.1:0", ServerCredentials.createInsecure(), (error, port) => {
  if (error) throw error;
  console.log(`127.0.0.1:${port}`);
});

// Other messages are for the usage reporter, which may be preloaded.
process.on("message", (request: unknown) => request === "when" && process.send?.(String(lastWrite)));
process.on("disconnect", () => process.exit());
