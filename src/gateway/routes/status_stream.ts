import type { FastifyReply, FastifyRequest } from "fastify";
import { withTimeout } from "../../base/with_timeout.js";
import { isTerminal } from "../../client/index.js";
import type { StatusResponse } from "../../http_types.js";
import { streamOwnerOf } from "../access/stream_limiter.js";
import type { GatewayContext } from "../context.js";
import { onResponseEnd } from "../http/disconnect_signal.js";
import { logError } from "../http/error_handler.js";
import { gatewayStopping, toProblem } from "../http/http_error.js";
import { requestIdOf } from "../http/request_id.js";
import { exposesExchangeTicket } from "../tickets/exchange_policy.js";
import type { PageTicket } from "../tickets/page_tickets.js";
import type { TicketResponses } from "../tickets/responses.js";
import type { TicketSnapshot } from "../tickets/watch_hub.js";
import { type EventStream, startEventStream } from "./event_stream.js";

/**
 * Time that the response headers wait for the first status, in milliseconds. A permanent error in this time is
 * sent with its own HTTP status.
 */
const firstStatusTimeoutMs = 2_000;

/** Mean time that EventSource waits before it reconnects, in milliseconds. */
const reconnectMs = 1_000;

/** Returns a time that differs between streams, which may all have lost the same gateway. */
const randomReconnectMs = (): number => Math.round(reconnectMs * (0.5 + Math.random()));

/**
 * Creates the handler that streams the status of a ticket as server-sent events: `status` for each status,
 * `problem` for an error. The id of a `status` event is the revision, followed by a point and the number of the step
 * if the code of the ticket changes. The stream ends after a terminal status.
 * A client that has received the terminal status and reconnects gets 204, which makes EventSource stop. A
 * transient error is sent as a stream with status 200, since EventSource does not reconnect after an error
 * status.
 */
export function createStatusStream(
  { watchHub, clock, streamLimiter, openStreams, heartbeatIntervalMs, onSignIn, observer }: GatewayContext,
  { toStatusResponse }: TicketResponses,
) {
  const start = (reply: FastifyReply, retryMs: number) =>
    startEventStream(reply, { heartbeatIntervalMs, retryMs, clock, observer });

  return async (ticket: PageTicket, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const disconnected = new AbortController();
    const reading = new AbortController();
    const stopReading = () => reading.abort();
    onResponseEnd(reply, () => {
      disconnected.abort();
      stopReading();
    });
    // The page may have disconnected while its handle was opened.
    if (disconnected.signal.aborted) return reply.hijack();
    let release = () => {};
    let stream: EventStream | undefined;
    const snapshots = watchHub.watch(ticket, reading.signal, requestIdOf(request));
    openStreams.add(stopReading);
    try {
      release = streamLimiter.acquire(streamOwnerOf(request), () => reply.raw.destroy());
      let next = snapshots.next();
      const first = await withTimeout(next, firstStatusTimeoutMs, clock);
      if (disconnected.signal.aborted) return reply.hijack();
      if (first?.done) throw gatewayStopping();
      if (first && hasSeenTerminalStatus(request, first.value)) return reply.code(204).send();
      stream = start(reply, randomReconnectMs());
      for (let current = await next; !current.done; current = await next) {
        const data = await toStatusResponse(current.value, exposesExchangeTicket({ onSignIn }, ticket));
        // A slow reader gets the latest status next, and nothing queues.
        await stream.send({ id: eventIdOf(data), event: "status", data });
        next = snapshots.next();
      }
    } catch (error) {
      if (disconnected.signal.aborted) return reply.hijack();
      const httpError = logError(error, request);
      const { retryAfterMs } = httpError.details;
      if (!stream && retryAfterMs === undefined) throw httpError;
      stream ??= start(reply, retryAfterMs ?? randomReconnectMs());
      await stream.send({ event: "problem", data: toProblem(httpError, requestIdOf(request)) });
    } finally {
      openStreams.delete(stopReading);
      stream?.end();
      // The abort ends a pending next(); without it, return() would wait for the next status.
      stopReading();
      await snapshots.return();
      release();
    }
    return undefined;
  };
}

/** Returns an id that differs from that of every earlier status of the ticket. */
const eventIdOf = ({ revision, qrCode }: StatusResponse): string =>
  qrCode ? `${revision}.${qrCode.step}` : String(revision);

function hasSeenTerminalStatus(request: FastifyRequest, { status }: TicketSnapshot): boolean {
  return isTerminal(status.state) && request.headers["last-event-id"] === String(status.revision);
}
