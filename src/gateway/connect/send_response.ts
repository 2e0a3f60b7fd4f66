import type { UniversalServerResponse } from "@connectrpc/connect/protocol";
import type { FastifyReply } from "fastify";
import type { GatewayContext } from "../context.js";
import { writePaced } from "../http/paced_write.js";
import { reportStream } from "../http/request_observer.js";

/** Sends the response to a unary call, which the library has in memory. */
export async function sendUnary(
  { status, header, body }: UniversalServerResponse,
  reply: FastifyReply,
): Promise<FastifyReply> {
  const parts: Uint8Array[] = [];
  for await (const part of body ?? []) parts.push(part);
  return reply
    .code(status)
    .headers(Object.fromEntries(header ?? []))
    .send(Buffer.concat(parts));
}

/** Sends the response to a streaming call message by message, each when the caller has taken the one before. */
export async function sendStream(
  { status, header, body }: UniversalServerResponse,
  reply: FastifyReply,
  { clock, observer }: Pick<GatewayContext, "clock" | "observer">,
): Promise<FastifyReply> {
  const { raw } = reply;
  reply.hijack();
  reportStream(reply, observer);
  // A write can fail after the caller has disconnected, which ends the call.
  raw.on("error", () => {});
  // A connection that is kept alive would delay the stop of the gateway. nginx must not buffer the messages.
  reply.headers({ ...Object.fromEntries(header ?? []), connection: "close", "x-accel-buffering": "no" });
  raw.writeHead(status, reply.getHeaders() as Record<string, string>);
  try {
    for await (const message of body ?? []) {
      if (raw.destroyed) break;
      await writePaced(raw, message, clock);
    }
  } finally {
    raw.end();
  }
  return reply;
}
