// The runner of the TypeScript client. conformance/README.md describes the protocol.
import { readFileSync } from "node:fs";
import { createInterface } from "node:readline";
import type { JsonValue } from "@bufbuild/protobuf";
import { type ClientReadableStream, Metadata } from "@grpc/grpc-js";
import {
  QrLoginServiceClient,
  QrLoginServiceService,
  type WatchStatusResponse,
} from "../gen/qrlogin/v1/qr_login_service.js";
import { formatBasicCredentials } from "../src/base/basic_credentials.js";
import { toQrLoginError } from "../src/client/error.js";
import {
  codeChallengeOf,
  createAppClient,
  createApproverClient,
  createCodeVerifier,
  QrLoginError,
  type TicketStatus,
} from "../src/client/index.js";
import { resolveTransport } from "../src/client/transport.js";
import { messagesOf } from "./messages.js";

/** A command, with the fields that its kind has. The player writes no others. */
interface Command {
  readonly id: number;
  readonly command: string;
  readonly client: string;
  readonly watch: string;
  readonly kind: "app" | "approver";
  readonly address: string;
  readonly appId: string;
  readonly appSecret: string;
  readonly token: string;
  readonly rootCertificates?: string;
  readonly rpc: string;
  readonly request: JsonValue;
  readonly deadlineMs?: number;
  readonly raw?: boolean;
  readonly codeVerifier?: string;
}

interface RunnerClient {
  call(rpc: string, request: unknown, options: { deadlineMs?: number }): Promise<unknown>;
  watch(request: unknown, raw: boolean): AsyncIterator<TicketStatus>;
  close(): void;
}

/** Returns the name of a method of the clients. */
function methodOf(rpc: string): keyof typeof QrLoginServiceService {
  return `${rpc[0]?.toLowerCase()}${rpc.slice(1)}` as keyof typeof QrLoginServiceService;
}

function toRequest(rpc: string, json: JsonValue): unknown {
  const bytes = messagesOf(rpc).encodeRequest(json);
  return QrLoginServiceService[methodOf(rpc)].requestDeserialize(Buffer.from(bytes));
}

function toResponseJson(rpc: string, response: unknown): JsonValue {
  return messagesOf(rpc).decodeResponse(
    QrLoginServiceService[methodOf(rpc)].responseSerialize(response as never),
  );
}

function openClient(command: Command): RunnerClient {
  const { kind, address, appId, appSecret, token, rootCertificates, deadlineMs } = command;
  const options = {
    address,
    ...(deadlineMs !== undefined && { deadlineMs }),
    ...(rootCertificates !== undefined && { tls: { rootCertificates: readFileSync(rootCertificates) } }),
  };
  if (kind === "approver") {
    const client = createApproverClient({ ...options, token: () => token });
    return {
      call: (rpc, request, callOptions) =>
        client[methodOf(rpc) as "authorize"](request as never, callOptions),
      watch() {
        throw new TypeError("an approver does not watch");
      },
      close: () => client.close(),
    };
  }
  const client = createAppClient({ ...options, appId, appSecret });
  const transport = resolveTransport(options);
  const generated = new QrLoginServiceClient(
    transport.address,
    transport.credentials,
    transport.watchChannelOptions,
  );
  return {
    call: (rpc, request, callOptions) => client[methodOf(rpc) as "getStatus"](request as never, callOptions),
    watch(request, raw) {
      if (!raw) return client.watchStatus(request as never)[Symbol.asyncIterator]();
      const metadata = new Metadata();
      metadata.set("authorization", formatBasicCredentials(appId, appSecret));
      return readRaw(generated.watchStatus(request as never, metadata), transport.address);
    },
    close() {
      client.close();
      generated.close();
    },
  };
}

/** Passes on every message of one call, and its end. */
function readRaw(
  call: ClientReadableStream<WatchStatusResponse>,
  address: string,
): AsyncIterator<TicketStatus> {
  const messages = call[Symbol.asyncIterator]() as AsyncIterator<WatchStatusResponse>;
  return {
    async next() {
      try {
        const { done, value } = await messages.next();
        return done ? { done, value: undefined } : { value: value.status as TicketStatus };
      } catch (error) {
        throw toQrLoginError(error, { address });
      }
    },
    async return() {
      call.cancel();
      return { done: true, value: undefined };
    },
  };
}

const clients = new Map<string, RunnerClient>();
const watches = new Map<string, AsyncIterator<TicketStatus>>();

/** Returns the named value. The player knows what it has created, so anything else is a fault. */
function find<T>(values: ReadonlyMap<string, T>, name: string): T {
  const value = values.get(name);
  if (value === undefined) throw new Error(`there is no ${JSON.stringify(name)}`);
  return value;
}

async function run(command: Command): Promise<object> {
  switch (command.command) {
    case "open":
      clients.set(command.client, openClient(command));
      return {};
    case "call": {
      const { rpc, deadlineMs } = command;
      const options = deadlineMs === undefined ? {} : { deadlineMs };
      const request = toRequest(rpc, command.request);
      const response = await find(clients, command.client).call(rpc, request, options);
      return { response: toResponseJson(rpc, response) };
    }
    case "watch": {
      const request = toRequest("WatchStatus", command.request);
      watches.set(command.watch, find(clients, command.client).watch(request, command.raw ?? false));
      return {};
    }
    case "next": {
      const { done, value } = await find(watches, command.watch).next();
      if (done) return { end: true };
      const { status } = toResponseJson("WatchStatus", { status: value }) as { status: JsonValue };
      return { status };
    }
    case "cancel":
      await find(watches, command.watch).return?.();
      return {};
    case "close":
      find(clients, command.client).close();
      return {};
    case "pkce": {
      const codeVerifier = command.codeVerifier ?? createCodeVerifier();
      return { codeVerifier, codeChallenge: codeChallengeOf(codeVerifier) };
    }
    default:
      throw new Error(`unknown command ${JSON.stringify(command.command)}`);
  }
}

/** Returns the error as the protocol has it; throws one that is a fault of this program. */
function describeError(error: unknown): object {
  if (error instanceof QrLoginError) {
    const { codeName, reason, rawReason, message, currentState, attemptsLeft, exceededLimit } = error;
    return {
      code: codeName,
      ...{ reason, rawReason, message, currentState, attemptsLeft, exceededLimit },
      retryAfterMs: error.retryAfterMs,
      ...(error.fieldViolations.length > 0 && {
        fieldViolations: error.fieldViolations.map(({ field }) => ({ field })),
      }),
    };
  }
  if (error instanceof TypeError || error instanceof RangeError) {
    return { code: "REJECTED_BY_CLIENT", message: error.message };
  }
  throw error;
}

function write(line: object): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

async function answer(command: Command): Promise<void> {
  try {
    write({ id: command.id, result: await run(command) });
  } catch (error) {
    write({ id: command.id, error: describeError(error) });
  }
}

const lines = createInterface({ input: process.stdin });
lines.on("line", (line) => {
  answer(JSON.parse(line)).catch((fault: unknown) => {
    console.error(fault);
    process.exit(1);
  });
});
lines.on("close", () => {
  for (const client of clients.values()) client.close();
});
