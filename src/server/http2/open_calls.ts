import { constants, type Http2Session, type IncomingHttpHeaders, type ServerHttp2Stream } from "node:http2";
import { status } from "@grpc/grpc-js";
import { type Link, LinkedList } from "../../base/linked_list.js";
import type { Connections, RunningConnection } from "./connections.js";
import type { LimitEventLog } from "./limit_event_log.js";

export interface CallLimits {
  readonly metadataBytes: number;
  /** Largest number of incomplete requests. A request with large metadata counts as several. */
  readonly incompleteRequests: number;
  /** Time for a request to arrive, and for a response to be read, in sweeps. */
  readonly requestSweeps: number;
  /** Time limit of a call with a stream of requests, in sweeps. */
  readonly requestStreamSweeps: number;
  /** Smallest age at which a request may be ended because there are too many, in sweeps. */
  readonly minEvictionSweeps: number;
}

/** The HTTP/2 streams of a server that carry calls of any method. */
export interface OpenCalls {
  /**
   * Returns whether the metadata of the call is small enough. If not, ends the call with RESOURCE_EXHAUSTED.
   *
   * @param metadataSize Size as defined by RFC 9113.
   */
  acceptMetadata(stream: ServerHttp2Stream, metadataSize: number): boolean;
  /**
   * Counts a call that grpc-js is about to get.
   *
   * @param weight Number of requests that the call counts as while it is incomplete.
   */
  add(stream: ServerHttp2Stream, headers: IncomingHttpHeaders, flags: number, weight: number): void;
  /** Ends calls whose time is over. To be called at a regular interval. */
  sweep(): void;
}

export interface MethodTraits {
  /** The side that sends a stream of messages; `unary` if neither does. */
  readonly kind: "unary" | "responseStream" | "requestStream";
  /** True if the method rejects callers without a credential. */
  readonly needsCredential: boolean;
}

interface Call {
  readonly stream: ServerHttp2Stream;
  /** Session of the stream. It is kept here because a destroyed stream no longer has it. */
  readonly session: Http2Session | undefined;
  readonly hasNoBody: boolean;
  readonly kind: MethodTraits["kind"];
  readonly needsCredential: boolean;
  readonly weight: number;
  /**
   * Place of the call in the list that it entered last. Undefined in the call's first turn of the event loop.
   */
  link: Link<Call> | undefined;
  /** Connection for which the call counts. */
  connection: RunningConnection | undefined;
  isOver: boolean;
  /** Sweep at which the present wait began. */
  since: number;
  /** True if the call had been answered at the last check. */
  isAnswered: boolean;
}

/** Multiple of the limit of incomplete requests above which young requests are ended too. */
const hardLimitFactor = 5;

const endStream = constants.NGHTTP2_FLAG_END_STREAM;

/**
 * Creates the limits on the calls of a server:
 * - A call with too large metadata fails at once.
 * - A request that does not end is ended after a time-out.
 * - A stream whose response the peer does not read is reset after one to two time-outs.
 *
 * gRPC has no limits like these. For grpc-js, a call is over once it has been answered, although its stream
 * stays open for as long as the peer likes.
 *
 * @param connections Counts the calls whose request is complete.
 * @param traitsOf Returns the traits of the method with this path.
 * @param onClosed Called when the stream of a call has closed.
 */
export function createOpenCalls(
  limits: CallLimits,
  connections: Pick<Connections, "trackCall" | "untrackCall">,
  traitsOf: (path: string | undefined) => MethodTraits,
  onClosed: () => void,
  limitEvents: LimitEventLog,
): OpenCalls {
  /** Calls whose request has not ended, oldest first. */
  const incomplete = new LinkedList<Call>();
  /** Calls with a stream of requests, oldest first. */
  const streaming = new LinkedList<Call>();
  /** Calls whose request has ended, in the order in which they are checked. */
  const running = new LinkedList<Call>();
  /**
   * Calls that have begun in this turn of the event loop. They enter their lists together when it ends, unless they are
   * over by then.
   */
  let begun: Call[] = [];
  /** Sum of the weights of incomplete calls. */
  let incompleteWeight = 0;
  let sweeps = 0;

  function enter(list: LinkedList<Call>, call: Call): void {
    call.link = list.push(call);
  }

  function leave(call: Call): void {
    if (call.link?.list === incomplete) incompleteWeight -= call.weight;
    call.link?.remove();
  }

  /**
   * Ends the oldest incomplete calls while there are too many. Each new call ends about as much weight as it
   * adds.
   */
  function evictOldest(newest: Call): void {
    let ended = 0;
    for (const oldest of incomplete) {
      if (ended >= newest.weight || incompleteWeight <= limits.incompleteRequests) return;
      const isOld = sweeps - oldest.since >= limits.minEvictionSweeps;
      if (!isOld && incompleteWeight <= hardLimitFactor * limits.incompleteRequests) return;
      // The newest call is never ended, even if it alone exceeds the limit.
      if (oldest === newest) return;
      limitEvents.count("requestsEvicted");
      leave(oldest);
      ended += oldest.weight;
      end(oldest.stream, status.RESOURCE_EXHAUSTED, "too many incomplete requests");
    }
  }

  function endOverdue(calls: LinkedList<Call>, limit: number): void {
    for (const call of calls) {
      if (sweeps - call.since <= limit) break;
      limitEvents.count("requestsTimedOut");
      leave(call);
      end(call.stream, status.DEADLINE_EXCEEDED, "the request did not arrive in time");
    }
  }

  function complete(call: Call): void {
    leave(call);
    call.since = sweeps;
    enter(running, call);
    countForConnection(call);
  }

  function countForConnection(call: Call): void {
    call.connection = connections.trackCall(call.session);
    // A call of a method without credentials does not protect its connection from eviction. Otherwise
    // unauthenticated peers could hold every connection of an address with health watches, or with responses
    // that they do not read.
    if (!call.needsCredential) uncount(call);
  }

  function uncount(call: Call): void {
    if (call.connection) connections.untrackCall(call.connection);
    call.connection = undefined;
  }

  function onClose(call: Call): void {
    call.isOver = true;
    leave(call);
    uncount(call);
    onClosed();
  }

  /** Moves the calls that have begun in this turn of the event loop into their lists. */
  function settle(): void {
    const calls = begun;
    begun = [];
    for (const call of calls) {
      const { stream, kind } = call;
      const isComplete = call.hasNoBody || stream.readableEnded;
      if (call.isOver) {
        // Marks the connection as one that has sent a complete request, although the call is over.
        if (isComplete) countForConnection(call);
        uncount(call);
      } else if (kind === "requestStream") {
        enter(streaming, call);
        countForConnection(call);
      } else if (isComplete) complete(call);
      else {
        enter(incomplete, call);
        incompleteWeight += call.weight;
        stream.on("end", () => complete(call));
        if (incompleteWeight > limits.incompleteRequests) evictOldest(call);
      }
    }
  }

  return {
    acceptMetadata(stream, metadataSize) {
      if (metadataSize > limits.metadataBytes) {
        limitEvents.count("metadataTooLarge");
        const text = `the metadata is larger than ${limits.metadataBytes} bytes`;
        end(stream, status.RESOURCE_EXHAUSTED, text);
        return false;
      }
      return true;
    },
    add(stream, headers, flags, weight) {
      const { kind, needsCredential } = traitsOf(headers[":path"]);
      const call: Call = {
        stream,
        session: stream.session,
        hasNoBody: (flags & endStream) !== 0,
        kind,
        needsCredential,
        weight,
        link: undefined,
        connection: undefined,
        since: sweeps,
        isAnswered: false,
        isOver: false,
      };
      stream.on("close", () => onClose(call));
      if (begun.push(call) === 1) setImmediate(settle);
    },
    sweep() {
      sweeps += 1;
      endOverdue(incomplete, limits.requestSweeps);
      endOverdue(streaming, limits.requestStreamSweeps);
      for (const call of running) {
        if (sweeps - call.since <= limits.requestSweeps) break;
        leave(call);
        if (call.isAnswered) {
          limitEvents.count("responsesNotRead");
          call.stream.close(constants.NGHTTP2_CANCEL);
        } else {
          call.isAnswered = isAnswered(call);
          call.since = sweeps;
          enter(running, call);
        }
      }
    },
  };
}

/** Sends the status, unless a response has begun, and resets the stream. */
function end(stream: ServerHttp2Stream, code: status, details: string): void {
  if (stream.destroyed || stream.closed) return;
  // There may be no other listener for errors. The stream closes in any case.
  stream.on("error", () => {});
  if (!stream.headersSent) {
    stream.respond(
      {
        ":status": 200,
        "content-type": "application/grpc+proto",
        "grpc-status": code,
        "grpc-message": details,
      },
      { endStream: true },
    );
  }
  // The whole response is sent, and the rest of the request is not needed: RFC 9113, section 8.1.
  stream.close(stream.writableEnded ? constants.NGHTTP2_NO_ERROR : constants.NGHTTP2_CANCEL);
}

/**
 * Returns whether the call only waits for its peer to read the response. An unfinished stream of responses
 * does not count, since its peer may pause for any time.
 */
function isAnswered({ stream, kind }: Call): boolean {
  return stream.writableEnded || (kind === "unary" && stream.writableLength > 0);
}
