import type {
  ChannelCredentials,
  ClientReadableStream,
  ClientOptions as GrpcClientOptions,
} from "@grpc/grpc-js";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import { forwardedKey } from "../base/forwarded_call.js";
import { isRequestId, requestIdHeader } from "../base/request_id.js";
import { withTimeout } from "../base/with_timeout.js";
import type { Field } from "./arguments/field.js";
import { observeCalls } from "./call_observer.js";
import { createChannelPool } from "./channel_pool.js";
import { QrLoginError, toQrLoginError } from "./error.js";
import { createInFlight, type InFlight } from "./in_flight.js";
import type { Timing } from "./timing.js";
import { traceCalls } from "./trace_calls.js";
import { resolveTransport, type TransportOptions, transportOptionFields } from "./transport.js";

/** Options of one call. */
export interface CallOptions {
  /** Signal that ends the call when it is aborted; the call then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** Time limit of the call, retries included, in milliseconds; the client's by default. */
  readonly deadlineMs?: number;
  /**
   * Id of the request that causes the call, for the log of the service: 1 to 64 letters, digits, or characters of
   * `._:=+/@-`. The error of the call has it too.
   */
  readonly requestId?: string | undefined;
}

/** Options of every client. */
export interface ClientOptions extends TransportOptions {
  /** Time limit of a call, retries included, in milliseconds; `Infinity` for none. 10,000 by default. */
  readonly deadlineMs?: number;
}

/** Fields of {@link CallOptions}. */
export const callOptionFields = {
  signal: { type: "AbortSignal" },
  deadlineMs: { type: "number" },
  requestId: { type: "string" },
} as const satisfies Record<keyof CallOptions, Field>;

/** Fields of {@link ClientOptions}. */
export const clientOptionFields = {
  ...transportOptionFields,
  deadlineMs: { type: "number" },
} as const satisfies Record<keyof ClientOptions, Field>;

/** Value of the metadata key `authorization`, or a function that returns it for each call. */
export type Authorization = string | (() => string | Promise<string>);

/** A unary method of a generated client. */
export type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Response) => void,
) => { cancel(): void };

/** Constructor of the generated client of a service. */
type GeneratedClient<Client> = new (
  address: string,
  credentials: ChannelCredentials,
  options: GrpcClientOptions,
) => Client;

/** The channels to a service and the calls on them. */
export interface RpcClient<Client> {
  /** Address of the service, for errors of {@link RpcClient.openStream}. */
  readonly address: string;
  readonly inFlight: InFlight;
  /**
   * Makes a unary call, without a credential if `authorization` is undefined. Rejects with a QrLoginError, the
   * reason of the signal, or the error of the token source.
   */
  call<Request, Response>(
    method: (client: Client) => Unary<Request, Response>,
    request: Request,
    authorization: Authorization | undefined,
    options: CallOptions,
  ): Promise<Response>;
  /** Starts a streaming call, on a channel for streams only. */
  openStream<Response>(
    start: (client: Client, metadata: Metadata) => ClientReadableStream<Response>,
    authorization: string | undefined,
    requestId: string | undefined,
  ): ClientReadableStream<Response>;
  /** Ends all running calls and closes the channels. Has no effect when called again. */
  close(): void;
}

/**
 * Creates the channels, which connect on first use.
 *
 * @param isForwarding Marks the calls as those of others, so that the client certificate does not count for them.
 * @throws TypeError, RangeError when an option is invalid.
 */
export function createRpcClient<Client extends { close(): void }>(
  Generated: GeneratedClient<Client>,
  options: ClientOptions,
  timing: Timing,
  isForwarding = false,
): RpcClient<Client> {
  const { address, credentials, maxStreams, ...channelOptions } = resolveTransport(options);
  const defaultDeadline = requireDeadline(options.deadlineMs ?? 10_000);
  const { unaryChannelOptions, extraUnaryChannelOptions, watchChannelOptions } = channelOptions;
  const { observer } = options;
  const interceptors = observer ? [observeCalls(observer), traceCalls] : [traceCalls];
  const callChannels = createChannelPool(
    maxStreams,
    (isFirst) =>
      new Generated(address, credentials, {
        ...(isFirst ? unaryChannelOptions : extraUnaryChannelOptions),
        interceptors,
      }),
  );
  const watchChannels = createChannelPool(
    maxStreams,
    () => new Generated(address, credentials, { ...watchChannelOptions, interceptors }),
  );
  const inFlight = createInFlight();

  return {
    address,
    inFlight,
    async call(method, request, authorization, { signal, requestId, deadlineMs = defaultDeadline }) {
      const deadline = Date.now() + requireDeadline(deadlineMs);
      const metadata = createMetadata(
        typeof authorization !== "function"
          ? authorization
          : await resolveAuthorization(deadlineMs, authorization, signal, inFlight, timing),
        { isForwarding, requestId },
      );
      return new Promise((resolve, reject) => {
        let running: { cancel(): void } | undefined;
        let stopped = false;
        const removeFromInFlight = inFlight.add(signal, (reason) => {
          stopped = true;
          running?.cancel();
          reject(reason);
        });
        if (stopped) return;
        const { client, release } = callChannels.acquire();
        running = method(client).call(client, request, metadata, { deadline }, (error, response) => {
          release();
          removeFromInFlight();
          if (error) reject(toQrLoginError(error, { address, requestId }));
          else resolve(response);
        });
      });
    },
    openStream(start, authorization, requestId) {
      const { client, release } = watchChannels.acquire();
      // However a call ends, `status` is its last event.
      return start(client, createMetadata(authorization, { isForwarding, requestId })).once(
        "status",
        release,
      );
    },
    close() {
      inFlight.close();
      callChannels.close();
      watchChannels.close();
    },
  };
}

/** @throws TypeError when the id of the request has a wrong form. */
function createMetadata(
  authorization: string | undefined,
  { isForwarding, requestId }: { readonly isForwarding: boolean; readonly requestId: string | undefined },
): Metadata {
  const metadata = new Metadata();
  if (isForwarding) metadata.set(forwardedKey, "1");
  if (requestId !== undefined) {
    if (!isRequestId(requestId)) {
      throw new TypeError("requestId must have 1 to 64 letters, digits, or characters of ._:=+/@-");
    }
    metadata.set(requestIdHeader, requestId);
  }
  if (authorization !== undefined) metadata.set("authorization", authorization);
  return metadata;
}

/** Resolves with what the source answers, unless the time runs out or the call is stopped before. */
async function resolveAuthorization(
  ms: number,
  source: () => string | Promise<string>,
  signal: AbortSignal | undefined,
  inFlight: InFlight,
  timing: Timing,
): Promise<string> {
  const stopped = new AbortController();
  const removeFromInFlight = inFlight.add(signal, (reason) => stopped.abort(reason));
  try {
    stopped.signal.throwIfAborted();
    // Inside a promise, so that a source that throws is treated like one that rejects.
    const token = (async () => source())();
    const value = await withTimeout(token, ms, timing, stopped.signal);
    if (value === undefined)
      throw new QrLoginError(status.DEADLINE_EXCEEDED, "The user token was not there in time");
    return value;
  } finally {
    removeFromInFlight();
  }
}

function requireDeadline(ms: number): number {
  if (!(ms > 0)) throw new RangeError("deadlineMs must be above zero");
  return ms;
}
