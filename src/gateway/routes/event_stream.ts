import type { OutgoingHttpHeaders } from "node:http";
import type { FastifyReply } from "fastify";
import type { Clock } from "../../base/clock.js";
import { writePaced } from "../http/paced_write.js";
import { type RequestObserver, reportStream } from "../http/request_observer.js";

/** One server-sent event. */
export interface ServerSentEvent {
  readonly id?: string;
  readonly event: string;
  /** Payload, sent as JSON on one line. */
  readonly data: unknown;
}

/** A started response of server-sent events. */
export interface EventStream {
  /**
   * Sends an event. Resolves when the connection accepts more data or is closed. Callers must await it, or
   * events queue in memory. A reader that takes nothing for a minute is disconnected.
   */
  send(event: ServerSentEvent): Promise<void>;
  /** Ends the response. */
  end(): void;
}

export interface EventStreamOptions {
  /** Milliseconds between the comments that keep proxies with idle time-outs from closing the connection. */
  readonly heartbeatIntervalMs: number;
  /** Milliseconds that EventSource waits before it reconnects. */
  readonly retryMs: number;
  readonly clock: Clock;
  readonly observer: RequestObserver;
}

/** Sends the headers of the reply with status 200 and starts the heartbeat. */
export function startEventStream(
  reply: FastifyReply,
  { heartbeatIntervalMs, retryMs, clock, observer }: EventStreamOptions,
): EventStream {
  const { raw } = reply;
  reportStream(reply, observer);
  // A write can fail after the reader has disconnected. The caller handles the `close` event that follows.
  raw.on("error", () => {});
  raw.writeHead(200, {
    ...(reply.getHeaders() as OutgoingHttpHeaders),
    "content-type": "text/event-stream",
    "cache-control": "no-store, no-transform",
    // A connection that is kept alive would delay the stop of the gateway.
    connection: "close",
    // Keeps nginx from buffering.
    "x-accel-buffering": "no",
  });
  raw.write(`retry: ${retryMs}\n\n`);

  let cancelHeartbeat = () => {};
  function scheduleHeartbeat(): void {
    cancelHeartbeat = clock.after(heartbeatIntervalMs, () => {
      // Heartbeats for a reader that does not read would queue in memory.
      if (!raw.writableNeedDrain) raw.write(": heartbeat\n\n");
      scheduleHeartbeat();
    });
  }
  scheduleHeartbeat();
  raw.once("close", () => cancelHeartbeat());

  return {
    async send({ id, event, data }) {
      const lines = id === undefined ? [] : [`id: ${id}`];
      lines.push(`event: ${event}`, `data: ${JSON.stringify(data)}`);
      await writePaced(raw, `${lines.join("\n")}\n\n`, clock);
    },
    end() {
      cancelHeartbeat();
      raw.end();
    },
  };
}
