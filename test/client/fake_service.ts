import {
  Metadata,
  Server,
  ServerCredentials,
  type ServerOptions,
  type ServerUnaryCall,
  type ServerWritableStream,
  type ServiceError,
  type sendUnaryData,
  status,
} from "@grpc/grpc-js";
import { BadRequest, ErrorInfo, RetryInfo } from "nice-grpc-error-details";
import { Status } from "nice-grpc-error-details/lib/proto/google/rpc/status.js";
import {
  QrLoginServiceService,
  type WatchStatusRequest,
  type WatchStatusResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import { TicketState, TicketStatus } from "../../gen/qrlogin/v1/ticket.js";

export type WatchStream = ServerWritableStream<WatchStatusRequest, WatchStatusResponse>;
export type UnaryName = Exclude<keyof typeof QrLoginServiceService, "watchStatus">;
/** Returns the response to a call, or throws the error for it. */
// biome-ignore lint/suspicious/noExplicitAny: one shape for the handlers of all methods
export type Handler = (call: ServerUnaryCall<any, any>) => object | Promise<object>;
export type Handlers = Partial<Record<UnaryName, Handler>> & { watchStatus?: (stream: WatchStream) => void };

/** Starts a server of the service whose responses the test decides. */
export async function startFakeService(handlers: Handlers, port = 0, options: ServerOptions = {}) {
  const server = new Server(options);
  const watches: WatchStream[] = [];
  const calls: { method: string; metadata: Metadata }[] = [];
  const unary =
    (method: UnaryName) =>
    // biome-ignore lint/suspicious/noExplicitAny: one shape for the handlers of all methods
    (call: ServerUnaryCall<any, any>, callback: sendUnaryData<any>) => {
      calls.push({ method, metadata: call.metadata });
      const handler = handlers[method];
      if (!handler) {
        callback(createServiceError(status.UNIMPLEMENTED));
        return;
      }
      (async () => handler(call))().then(
        (message) => callback(null, message),
        (error) => callback(error),
      );
    };
  server.addService(QrLoginServiceService, {
    createTicket: unary("createTicket"),
    getStatus: unary("getStatus"),
    markScanned: unary("markScanned"),
    authorize: unary("authorize"),
    cancel: unary("cancel"),
    submitCheckCode: unary("submitCheckCode"),
    withdraw: unary("withdraw"),
    exchangeUserInfo: unary("exchangeUserInfo"),
    getSigningKeys: unary("getSigningKeys"),
    watchStatus(stream: WatchStream) {
      calls.push({ method: "watchStatus", metadata: stream.metadata });
      watches.push(stream);
      handlers.watchStatus?.(stream);
    },
  });
  const bound = await new Promise<number>((resolve, reject) =>
    server.bindAsync(`127.0.0.1:${port}`, ServerCredentials.createInsecure(), (error, actual) =>
      error ? reject(error) : resolve(actual),
    ),
  );
  return {
    port: bound,
    address: `127.0.0.1:${bound}`,
    watches,
    calls,
    count: (method: UnaryName | "watchStatus") => calls.filter((call) => call.method === method).length,
    stop: () => server.forceShutdown(),
  };
}

export type FakeService = Awaited<ReturnType<typeof startFakeService>>;

/** Returns an error as the service sends it. */
export function createServiceError(
  code: status,
  details: {
    reason?: string;
    domain?: string;
    currentState?: string;
    attemptsLeft?: string;
    retryAfterMs?: number;
    fields?: { field: string; description: string }[];
    /** Bytes sent in place of the packed details. */
    raw?: Buffer;
    /** Delay for gRPC's own retries, in milliseconds; negative forbids them. */
    pushbackMs?: number;
  } = {},
): ServiceError {
  const any = (type: string, value: Uint8Array) => ({
    $type: "google.protobuf.Any" as const,
    typeUrl: `type.googleapis.com/${type}`,
    value: Buffer.from(value),
  });
  const packed = [];
  if (details.reason !== undefined) {
    const metadata = {
      ...(details.currentState && { current_state: details.currentState }),
      ...(details.attemptsLeft !== undefined && { attempts_left: details.attemptsLeft }),
    };
    const info = { reason: details.reason, domain: details.domain ?? "qrlogin.v1", metadata };
    packed.push(any("google.rpc.ErrorInfo", ErrorInfo.encode(ErrorInfo.fromPartial(info)).finish()));
  }
  if (details.fields) {
    const bad = BadRequest.fromPartial({ fieldViolations: details.fields });
    packed.push(any("google.rpc.BadRequest", BadRequest.encode(bad).finish()));
  }
  if (details.retryAfterMs !== undefined) {
    const retryDelay = {
      seconds: Math.floor(details.retryAfterMs / 1000),
      nanos: (details.retryAfterMs % 1000) * 1e6,
    };
    packed.push(
      any("google.rpc.RetryInfo", RetryInfo.encode(RetryInfo.fromPartial({ retryDelay })).finish()),
    );
  }
  const metadata = new Metadata();
  const bytes =
    details.raw ??
    Buffer.from(Status.encode(Status.fromPartial({ code, message: "no", details: packed })).finish());
  metadata.set("grpc-status-details-bin", bytes);
  if (details.pushbackMs !== undefined) metadata.set("grpc-retry-pushback-ms", String(details.pushbackMs));
  return Object.assign(new Error("no"), { code, details: "no", metadata });
}

/** Returns a status in the state, with the number of the state as its revision unless `more` has another. */
export function statusIn(state: TicketState | number, more: Partial<TicketStatus> = {}): TicketStatus {
  return TicketStatus.fromPartial({ ticketId: "t", state: state as TicketState, revision: state, ...more });
}

/** Sends statuses, and ends the stream with OK after a terminal one, as the service does. */
export function send(stream: WatchStream | undefined, ...statuses: TicketStatus[]): void {
  for (const each of statuses) {
    stream?.write({ status: each });
    if ([TicketState.EXCHANGED, TicketState.CANCELLED, TicketState.EXPIRED].includes(each.state as 5)) {
      stream?.end();
    }
  }
}

/** Ends a stream with an error. */
export function fail(stream: WatchStream | undefined, error: ServiceError): void {
  stream?.emit("error", error);
}
