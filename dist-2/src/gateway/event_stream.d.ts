import type { FastifyReply } from "fastify";
import type { Clock } from "../domain/clock.js";
/** One server-sent event. */
export interface ServerSentEvent {
    readonly id?: string;
    readonly event: string;
    /** Sent as JSON, which has no line breaks. */
    readonly data: unknown;
}
/** A response of server-sent events whose headers are sent. */
export interface EventStream {
    /** Resolves when the connection takes more data, or is closed. Waiting for it keeps events from queueing in memory. */
    send(event: ServerSentEvent): Promise<void>;
    /** Ends the response. */
    end(): void;
}
export interface EventStreamOptions {
    /** Milliseconds between the comments that keep proxies with idle time-outs from closing the connection. */
    readonly heartbeatMs: number;
    /** Milliseconds that EventSource waits before it reconnects. */
    readonly retryMs: number;
    readonly clock: Clock;
}
/** Sends the headers of the reply with status 200 and starts the heartbeat. */
export declare function startEventStream(reply: FastifyReply, { heartbeatMs, retryMs, clock }: EventStreamOptions): EventStream;
