import { fastifySSE } from "@fastify/sse";
import fastify, { type FastifyReply } from "fastify";

// The ceiling: what fastify and its plugin cost when there is nothing behind a stream. The events are as long as the
// gateway's, which the benchmark checks, and so are the heartbeats.

const heartbeatMs = Number(process.argv[2]);
const streams = new Map<string, FastifyReply>();

function event(id: string, revision: number, state: string) {
  const data = {
    ticketId: id,
    state,
    revision,
    expiresAt: new Date(Date.now() + 600_000).toISOString(),
    remainingMs: 599_999,
    scannedBy: state === "SCANNED" ? { nickname: "Alice", photoUrl: "" } : null,
    exchangeTicket: null,
    cancelReason: null,
  };
  return { id: String(revision), event: "status", data };
}

const server = fastify({ forceCloseConnections: true });
await server.register(fastifySSE, { heartbeatInterval: heartbeatMs });

server.get<{ Querystring: { id: string } }>("/events", { sse: true }, async ({ query: { id } }, reply) => {
  reply.sse.keepAlive();
  streams.set(id, reply);
  reply.raw.once("close", () => streams.delete(id));
  reply.sse.sendHeaders();
  reply.raw.write("retry: 1000\n\n");
  await reply.sse.send(event(id, 1, "PENDING"));
});

// Answers when it wrote, by a clock that all processes of the machine share.
server.post<{ Querystring: { id: string } }>("/scan", async ({ query: { id } }) => {
  const writtenAt = process.hrtime.bigint();
  await streams.get(id)?.sse.send(event(id, 2, "SCANNED"));
  return String(writtenAt);
});

console.log(await server.listen({ host: "127.0.0.1", port: 0 }));
