import type { FastifyReply, FastifyRequest } from "fastify";
import { withTimeout } from "../../base/with_timeout.js";
import { isTerminal } from "../../client/index.js";
import { createStreamLimiter } from "../access/stream_limiter.js";
import type { GatewayContext } from "../context.js";
import { addressKeyOf, networkKeyOf } from "../http/client_address.js";
import { logError } from "../http/error_handler.js";
import { gatewayStopping, toProblem } from "../http/http_error.js";
import { exposesExchangeTicket } from "../tickets/exchange_policy.js";
import type { PageTicket } from "../tickets/page_tickets.js";
import { type TicketStatus, toTicketStatus } from "../tickets/responses.js";
import type { TicketSnapshot } from "../tickets/watch_hub.js";
import { type EventStream, startEventStream } from "./event_stream.js";

/** How long the head of the answer waits for the first status, so that a refusal can still be one. */
const firstStatusTimeoutMs = 2_000;

/** How long a reader may leave what was written unread before it is taken for dead. */
const stallTimeoutMs = 60_000;

/** What EventSource waits before it connects anew, in milliseconds. */
const reconnectMs = 1_000;

/**
 * Streams the status of a ticket as server-sent events: `status` with each status, `problem` when it cannot go on. Ends
 * after a terminal one. The id of an event is the revision; who connects again having seen the terminal one is answered 204,
 * which is how EventSource learns to stop. A refusal that passes is a stream too, since EventSource never comes back from
 * any other answer than 200.
 */
export function createStatusStream({
  watchHub,
  clock,
  limits,
  heartbeatIntervalMs,
  onSignIn,
}: GatewayContext) {
  const streamLimiter = createStreamLimiter(limits);
  const start = (reply: FastifyReply, retryMs: number) =>
    startEventStream(reply, { heartbeatIntervalMs, retryMs, clock });

  return async (ticket: PageTicket, request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    const disconnected = new AbortController();
    reply.raw.once("close", () => disconnected.abort());
    // The page may have left while its handle was opened, before anybody listened.
    if (reply.raw.destroyed) return reply.hijack();
    let release = () => {};
    let stream: EventStream | undefined;
    const snapshots = watchHub.watch(ticket, disconnected.signal);
    try {
      const owner = { address: addressKeyOf(request), network: networkKeyOf(request) };
      release = streamLimiter.acquire(owner, () => reply.raw.destroy());
      let next = snapshots.next();
      const first = await withTimeout(next, firstStatusTimeoutMs, clock);
      if (disconnected.signal.aborted) return reply.hijack();
      if (first?.done) throw gatewayStopping();
      if (first && hasSeenTerminalStatus(request, first.value)) return reply.code(204).send();
      stream = start(reply, reconnectMs);
      for (let current = await next; !current.done; current = await next) {
        await sendStatus(
          reply,
          stream,
          toTicketStatus(current.value, exposesExchangeTicket({ onSignIn }, ticket)),
        );
        next = snapshots.next();
      }
    } catch (error) {
      if (disconnected.signal.aborted) return reply.hijack();
      const httpError = logError(error, request);
      const { retryAfterMs } = httpError.details;
      if (!stream && retryAfterMs === undefined) throw httpError;
      stream ??= start(reply, retryAfterMs ?? reconnectMs);
      await stream.send({ event: "problem", data: toProblem(httpError) });
    } finally {
      stream?.end();
      // The abort ends what it waits for; else the return would wait too.
      disconnected.abort();
      await snapshots.return();
      release();
    }
    return undefined;
  };

  /** Waits until the reader has taken it, so that a slow one is given the newest status next and nothing queues. */
  async function sendStatus(reply: FastifyReply, stream: EventStream, data: TicketStatus): Promise<void> {
    const cancelTimeout = clock.after(stallTimeoutMs, () => reply.raw.destroy());
    try {
      await stream.send({ id: String(data.revision), event: "status", data });
    } finally {
      cancelTimeout();
    }
  }
}

function hasSeenTerminalStatus(request: FastifyRequest, { status }: TicketSnapshot): boolean {
  return isTerminal(status.state) && request.headers["last-event-id"] === String(status.revision);
}
