import type { IncomingHttpHeaders } from "node:http2";
import type { Server, ServiceDefinition } from "@grpc/grpc-js";
import type { Logger } from "pino";
import { QrLoginServiceService } from "../../../gen/qrlogin/v1/qr_login_service.js";
import type { Clock } from "../../base/clock.js";
import type { GrpcLimitsConfig } from "../../config/config.js";
import type { Admission } from "../calls/admission.js";
import type { InFlightKind } from "../calls/in_flight.js";
import { createConnections } from "./connections.js";
import { interceptHttp2Servers } from "./http2_interceptor.js";
import { createLimitEventLog, type LimitEventLog } from "./limit_event_log.js";
import { createOpenCalls, type MethodTraits } from "./open_calls.js";
import { createPacedStreams } from "./paced_streams.js";
import { dropUnusedFields, headerListSizeOf, weightOf } from "./request_metadata.js";
import { createStreamQueue } from "./stream_queue.js";

export interface Http2LimitsOptions {
  readonly config: GrpcLimitsConfig;
  readonly clock: Clock;
  readonly log: Logger;
  /** The services that are served. */
  readonly services: readonly ServiceDefinition[];
  /** Names the app that a value of `authorization` proves. */
  readonly appOf: (authorization: string | undefined) => string | undefined;
  readonly admissions: Readonly<Record<InFlightKind, Pick<Admission, "isFullForSome" | "isFullFor">>>;
}

/** Limits that keep callers from having the server hold more than it can. */
export interface Http2Limits {
  readonly limitEvents: LimitEventLog;
  /** Holds the limits of connections and calls from now on, on a server that is bound. */
  attach(server: Server): void;
  /** Lets calls go on that wait for their refusal. To be called when a stop begins. */
  release(): void;
  /** Cuts every connection that is left and holds nothing any more. */
  close(): void;
}

/** The longest time between two sweeps, in milliseconds. Time-outs are late by at most this much. */
const maxSweepInterval = 1_000;
/** Least number of sweeps in the shortest time-out. */
const sweepsPerTimeout = 4;
/** Least age of an incomplete request that is ended because there are too many, in milliseconds. */
const minEvictionAge = 1_000;
/** Time that a call may last whose requests are a stream, in milliseconds. Reflection alone has such calls. */
const requestStreamTimeout = 60_000;
/** Time that a peer has to close its end of a connection, in milliseconds. */
const closeTimeout = 5_000;

export function createHttp2Limits({
  config,
  clock,
  log,
  services,
  appOf,
  admissions,
}: Http2LimitsOptions): Http2Limits {
  const shortest = Math.min(config.handshakeTimeout, config.requestTimeout);
  const interval = Math.min(maxSweepInterval, Math.ceil(shortest / sweepsPerTimeout));
  const sweepsIn = (ms: number) => Math.ceil(ms / interval);
  const limitEvents = createLimitEventLog(log, clock);
  const connections = createConnections(
    {
      connections: config.connections,
      connectionsPerAddress: config.connectionsPerAddress,
      handshakeSweeps: sweepsIn(config.handshakeTimeout),
      closeSweeps: sweepsIn(closeTimeout),
    },
    limitEvents,
  );
  const streamQueue = createStreamQueue(connections.setReading);
  const traitsOf = indexMethodTraits(services);
  const calls = createOpenCalls(
    {
      metadataBytes: config.metadataBytes,
      incompleteRequests: config.incompleteRequests,
      requestSweeps: sweepsIn(config.requestTimeout),
      requestStreamSweeps: sweepsIn(requestStreamTimeout),
      minEvictionSweeps: sweepsIn(Math.min(minEvictionAge, config.requestTimeout)),
    },
    connections,
    traitsOf,
    streamQueue.ended,
    limitEvents,
  );
  const paced = createPacedStreams(clock);
  let cancelSweep = () => {};

  function scheduleSweep(): void {
    cancelSweep = clock.after(interval, () => {
      connections.sweep();
      calls.sweep();
      scheduleSweep();
    });
  }

  /** Returns undefined if the stream may go on at once, as nearly all. */
  function paceIfRefused(headers: IncomingHttpHeaders, proceed: () => void): (() => void) | undefined {
    const { kind, needsCredential } = traitsOf(headers[":path"]);
    const admission = admissions[kind === "responseStream" ? "watches" : "calls"];
    if (!needsCredential || !admission.isFullForSome) return undefined;
    const app = appOf(headers.authorization);
    return app !== undefined && admission.isFullFor(app) ? paced.wait(app, proceed) : undefined;
  }

  /** Names whose turn it is: the watches of an app do not delay its unary calls. */
  function callerOf({ ":path": path, authorization }: IncomingHttpHeaders): string | undefined {
    const app = appOf(authorization);
    return app && `${traitsOf(path).kind} ${app}`;
  }

  return {
    limitEvents,
    release: paced.release,
    attach(server) {
      interceptHttp2Servers(server, {
        acceptConnection: connections.accept,
        onSession(session) {
          // Node.js then resets a larger call before its metadata becomes strings, which only a collection frees.
          session.settings({ maxHeaderListSize: config.metadataBytes });
          connections.addSession(session);
          streamQueue.opened(session);
        },
        onStream(proceed, stream, headers, flags, rawHeaders) {
          const size = headerListSizeOf(rawHeaders);
          if (!calls.acceptMetadata(stream, size)) return;
          const weight = weightOf(size);
          if (weight > 1) dropUnusedFields(headers);
          let hasBegun = false;
          const begin = () => {
            hasBegun = true;
            calls.add(stream, headers, flags, weight);
            proceed(stream, headers, flags, rawHeaders);
          };
          const arrive = (then: () => void) =>
            streamQueue.enqueue(stream, weight, then, () => callerOf(headers));
          arrive(() => {
            const cancelSweep = paceIfRefused(headers, () => arrive(begin));
            if (!cancelSweep) return begin();
            stream.once("close", () => {
              cancelSweep();
              streamQueue.ended();
            });
          });
          // Nobody else listens yet, and a peer may reset it with an error. The stream closes, which ends its wait.
          if (!hasBegun) stream.on("error", () => {});
        },
      });
      scheduleSweep();
    },
    close() {
      cancelSweep();
      connections.destroy();
      limitEvents.close();
    },
  };
}

function indexMethodTraits(
  services: readonly ServiceDefinition[],
): (path: string | undefined) => MethodTraits {
  const unknown: MethodTraits = { kind: "unary", needsCredential: false };
  const methods = new Map<string | undefined, MethodTraits>();
  for (const service of services) {
    const needsCredential = service === QrLoginServiceService;
    for (const { path, requestStream, responseStream } of Object.values(service)) {
      const kind = requestStream ? "requestStream" : responseStream ? "responseStream" : "unary";
      methods.set(path, { kind, needsCredential });
    }
  }
  return (path) => methods.get(path) ?? unknown;
}
