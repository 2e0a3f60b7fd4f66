import type { Http2Session, IncomingHttpHeaders } from "node:http2";
import type { Server, ServiceDefinition } from "@grpc/grpc-js";
import type { Logger } from "pino";
import { QrLoginAdminServiceService } from "../../../gen/qrlogin/v1/qr_login_admin_service.js";
import { QrLoginServiceService } from "../../../gen/qrlogin/v1/qr_login_service.js";
import type { Clock } from "../../base/clock.js";
import type { DrainPace } from "../../base/drain_gradually.js";
import type { GrpcLimitsConfig } from "../../config/config.js";
import type { Admission } from "../calls/admission.js";
import type { CallKind } from "../calls/in_flight.js";
import { createConnections } from "./connections.js";
import { closePort, interceptHttp2Servers } from "./http2_interceptor.js";
import { createLimitEventLog, type LimitEvent, type LimitEventLog } from "./limit_event_log.js";
import { createOpenCalls, type MethodTraits } from "./open_calls.js";
import { createPacedStreams } from "./paced_streams.js";
import { dropUnusedFields, headerListSizeOf, weightOf } from "./request_metadata.js";
import { createStreamQueue } from "./stream_queue.js";

export interface Http2LimitsOptions {
  readonly config: GrpcLimitsConfig;
  readonly clock: Clock;
  readonly log: Logger;
  /** Services of the server. */
  readonly services: readonly ServiceDefinition[];
  /** Returns the id of the app that makes a call, if it is known by its credential. */
  readonly appOf: AppOf;
  /** Called for each session before its calls. */
  readonly onSession?: ((session: Http2Session) => void) | undefined;
  readonly observer: Http2Observer;
  readonly admissions: Readonly<Record<CallKind, Pick<Admission, "isFullForSome" | "isFullFor">>>;
}

type AppOf = (headers: IncomingHttpHeaders, session: Http2Session | undefined) => string | undefined;

/** Receives what the connections of the server do, for metrics. */
export interface Http2Observer {
  /** Called when a limit takes effect. */
  onLimit(event: LimitEvent): void;
  /** Called for each call of a method that the server does not have. */
  onUnknownMethod(): void;
}

/** Limits on the resources that callers can occupy. */
export interface Http2Limits {
  readonly limitEvents: LimitEventLog;
  /** Number of open connections. */
  readonly connections: number;
  /** Enforces the limits of connections and calls from now on. The server must be bound. */
  attach(server: Server): void;
  /**
   * Closes the port and hands the connections over to other servers. Ends the delay of calls that are going to be
   * rejected. To be called when a stop begins.
   */
  drain(pace: DrainPace): Promise<void>;
  /** Ends the sessions that are still open. */
  cancel(): void;
  /** Destroys the remaining connections and stops enforcing limits. */
  close(): void;
}

/** Longest time between two sweeps, in milliseconds. Time-outs are late by less than twice this time. */
const maxSweepInterval = 1_000;
/** Smallest number of sweeps within the shortest time-out. */
const sweepsPerTimeout = 4;
/** Smallest age at which an incomplete request may be ended because there are too many, in milliseconds. */
const minEvictionAge = 1_000;
/** Time limit of a call with a stream of requests, in milliseconds. Only reflection uses one. */
const requestStreamTimeout = 60_000;
/** Time for a peer to close its end of a connection, in milliseconds. */
const closeTimeout = 5_000;

export function createHttp2Limits({
  config,
  clock,
  log,
  services,
  appOf,
  onSession,
  observer,
  admissions,
}: Http2LimitsOptions): Http2Limits {
  const shortest = Math.min(config.handshakeTimeout, config.requestTimeout);
  const interval = Math.min(maxSweepInterval, Math.ceil(shortest / sweepsPerTimeout));
  const sweepsIn = (ms: number) => Math.ceil(ms / interval);
  const limitEvents = createLimitEventLog(log, clock, observer.onLimit);
  const connections = createConnections(
    {
      connections: config.connections,
      connectionsPerAddress: config.connectionsPerAddress,
      handshakeSweeps: sweepsIn(config.handshakeTimeout),
      closeSweeps: sweepsIn(closeTimeout),
    },
    limitEvents,
  );
  const streamQueue = createStreamQueue(connections);
  const methods = indexMethodTraits(services);
  const traitsOf = (path: string | undefined) => methods.get(path) ?? unknownMethod;
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
  let stopListening = () => {};

  function scheduleSweep(): void {
    cancelSweep = clock.after(interval, () => {
      connections.sweep();
      calls.sweep();
      scheduleSweep();
    });
  }

  /** Returns the admission that may reject a call, because some app is at its limit. */
  function fullAdmissionOf(headers: IncomingHttpHeaders) {
    const { kind, needsCredential } = traitsOf(headers[":path"]);
    const admission = admissions[kind === "responseStream" ? "watches" : "calls"];
    return needsCredential && admission.isFullForSome ? admission : undefined;
  }

  /**
   * Delays a stream whose call is going to be rejected. Returns a function that cancels the delay, or
   * undefined in the usual case, in which the stream may go on at once.
   */
  function paceIfOverLimit(
    headers: IncomingHttpHeaders,
    session: Http2Session | undefined,
    proceed: () => void,
  ): (() => void) | undefined {
    const admission = fullAdmissionOf(headers);
    const app = admission && appOf(headers, session);
    return app !== undefined && admission?.isFullFor(app) ? paced.wait(app, proceed) : undefined;
  }

  /**
   * Returns the key under which streams take turns, or undefined if the app is unknown. Watches and unary
   * calls of an app have different keys, so watches do not delay unary calls.
   */
  function turnKeyOf(headers: IncomingHttpHeaders, session: Http2Session | undefined): string | undefined {
    const app = appOf(headers, session);
    return app && `${traitsOf(headers[":path"]).kind} ${app}`;
  }

  return {
    limitEvents,
    drain(pace) {
      paced.release();
      stopListening();
      return connections.handOver(pace);
    },
    cancel: connections.cancel,
    get connections() {
      return connections.size;
    },
    attach(server) {
      stopListening = () => closePort(server);
      interceptHttp2Servers(server, {
        acceptConnection: connections.accept,
        onSession(session) {
          // Node.js then resets a call with larger metadata before it converts the metadata to strings. Those
          // would remain until the next garbage collection.
          session.settings({ maxHeaderListSize: config.metadataBytes });
          onSession?.(session);
          connections.addSession(session);
          streamQueue.opened(session);
        },
        onStream(proceed, stream, headers, flags, rawHeaders) {
          const size = headerListSizeOf(rawHeaders);
          if (!calls.acceptMetadata(stream, size)) return;
          if (!methods.has(headers[":path"])) observer.onUnknownMethod();
          const weight = weightOf(size);
          if (weight > 1) dropUnusedFields(headers);
          // The usual case. It creates no functions, since every stream passes here.
          if (!fullAdmissionOf(headers) && streamQueue.tryStart(stream)) {
            calls.add(stream, headers, flags, weight);
            return proceed(stream, headers, flags, rawHeaders);
          }
          let hasBegun = false;
          const begin = () => {
            hasBegun = true;
            calls.add(stream, headers, flags, weight);
            proceed(stream, headers, flags, rawHeaders);
          };
          const waitForTurn = (then: () => void) =>
            streamQueue.enqueue(stream, weight, then, () => turnKeyOf(headers, stream.session));
          waitForTurn(() => {
            const cancelWait = paceIfOverLimit(headers, stream.session, () => waitForTurn(begin));
            if (!cancelWait) return begin();
            stream.once("close", () => {
              cancelWait();
              streamQueue.ended();
            });
          });
          // A waiting stream has no other listener for errors, and its peer may reset it with an error code. The
          // stream then closes, which ends the wait.
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

/** Services whose callers have a credential. Those of the others are anonymous. */
const credentialServices: readonly ServiceDefinition[] = [QrLoginServiceService, QrLoginAdminServiceService];

const unknownMethod: MethodTraits = { kind: "unary", needsCredential: false };

function indexMethodTraits(
  services: readonly ServiceDefinition[],
): ReadonlyMap<string | undefined, MethodTraits> {
  const methods = new Map<string | undefined, MethodTraits>();
  for (const service of services) {
    const needsCredential = credentialServices.includes(service);
    for (const { path, requestStream, responseStream } of Object.values(service)) {
      const kind = requestStream ? "requestStream" : responseStream ? "responseStream" : "unary";
      methods.set(path, { kind, needsCredential });
    }
  }
  return methods;
}
