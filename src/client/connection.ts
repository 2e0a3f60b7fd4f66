import type { ClientReadableStream } from "@grpc/grpc-js";
import { Metadata, type ServiceError, status } from "@grpc/grpc-js";
import {
  QrLoginServiceClient,
  type WatchStatusRequest,
  type WatchStatusResponse,
} from "../../gen/qrlogin/v1/qr_login_service.js";
import { createChannels } from "./channels.js";
import { errorOf, QrLoginError } from "./error.js";
import { createInFlight, type InFlight } from "./in_flight.js";
import type { Timing } from "./timing.js";
import { type TransportOptions, transportOf } from "./transport.js";

/** Options of one call. */
export interface CallOptions {
  /** Ends the call when it is aborted; the call then rejects with the reason of the signal. */
  readonly signal?: AbortSignal;
  /** How long the call may take, retries included, in milliseconds. What the client was created with by default. */
  readonly deadlineMs?: number;
}

/** Options of every client. */
export interface ClientOptions extends TransportOptions {
  /** How long a call may take, retries included, in milliseconds; `Infinity` for no limit. 10,000 by default. */
  readonly deadlineMs?: number;
}

/** The value of the metadata key `authorization`, or what asks for it anew for each call. */
export type Authorization = string | (() => string | Promise<string>);

type Unary<Request, Response> = (
  request: Request,
  metadata: Metadata,
  options: { deadline: number },
  callback: (error: ServiceError | null, response: Response) => void,
) => { cancel(): void };

/** The channels to the service, and what runs on them. */
export interface Connection {
  readonly inFlight: InFlight;
  /** Makes a unary call. Rejects with a QrLoginError, with the reason of the signal, or with what the token source threw. */
  call<Request, Response>(
    method: (client: QrLoginServiceClient) => Unary<Request, Response>,
    request: Request,
    authorization: Authorization,
    options: CallOptions,
  ): Promise<Response>;
  /** Starts a WatchStatus call, on a channel that has no other calls than watches. */
  watch(request: WatchStatusRequest, authorization: string): ClientReadableStream<WatchStatusResponse>;
  /** Ends all that runs and closes the channels. A second call changes nothing. */
  close(): void;
}

/** @throws TypeError, RangeError when an option makes no sense. */
export function openConnection(options: ClientOptions, timing: Timing): Connection {
  const { address, credentials, maxStreams, ...channelOptions } = transportOf(options);
  const defaultDeadline = checkedDeadline(options.deadlineMs ?? 10_000);
  const { callOptions, moreCallOptions, watchOptions } = channelOptions;
  const calls = createChannels(
    maxStreams,
    (isFirst) => new QrLoginServiceClient(address, credentials, isFirst ? callOptions : moreCallOptions),
  );
  const watches = createChannels(
    maxStreams,
    () => new QrLoginServiceClient(address, credentials, watchOptions),
  );
  const inFlight = createInFlight();

  return {
    inFlight,
    async call(method, request, authorization, { signal, deadlineMs = defaultDeadline }) {
      const deadline = Date.now() + checkedDeadline(deadlineMs);
      const metadata = metadataWith(
        typeof authorization === "string"
          ? authorization
          : await within(deadlineMs, authorization, signal, inFlight, timing),
      );
      return new Promise((resolve, reject) => {
        let running: { cancel(): void } | undefined;
        let stopped = false;
        const leave = inFlight.join(signal, (reason) => {
          stopped = true;
          running?.cancel();
          reject(reason);
        });
        if (stopped) return;
        const { client, release } = calls.take();
        running = method(client).call(client, request, metadata, { deadline }, (error, response) => {
          release();
          leave();
          if (error) reject(errorOf(error));
          else resolve(response);
        });
      });
    },
    watch(request, authorization) {
      const { client, release } = watches.take();
      // However a call ends, a status is the last that it reports.
      return client.watchStatus(request, metadataWith(authorization)).once("status", release);
    },
    close() {
      inFlight.close();
      calls.close();
      watches.close();
    },
  };
}

function metadataWith(authorization: string): Metadata {
  const metadata = new Metadata();
  metadata.set("authorization", authorization);
  return metadata;
}

/** What the source answers, unless the time runs out or the call is stopped before. */
function within(
  ms: number,
  source: () => string | Promise<string>,
  signal: AbortSignal | undefined,
  inFlight: InFlight,
  timing: Timing,
): Promise<string> {
  return new Promise((resolve, reject) => {
    let stopTimer = () => {};
    let stopped = false;
    const leave = inFlight.join(signal, (reason) => {
      stopped = true;
      stopTimer();
      reject(reason);
    });
    if (stopped) return;
    stopTimer = timing.after(ms, () => {
      leave();
      reject(new QrLoginError(status.DEADLINE_EXCEEDED, "The user token was not there in time"));
    });
    // In a promise, so that a source that throws at once is treated as one that rejects.
    const asked = (async () => source())();
    asked.then(resolve, reject).finally(() => {
      leave();
      stopTimer();
    });
  });
}

function checkedDeadline(ms: number): number {
  if (!(ms > 0)) throw new RangeError("deadlineMs must be above zero");
  return ms;
}
