import type { ServerResponse } from "node:http";
import fastify from "fastify";

// The baseline: the cost of fastify and plain writes without anything behind a stream. Events and heartbeats
// are as long as the gateway's, which the benchmark checks.

const heartbeatMs = Number(process.argv[2]);
const streams = new Map<string, ServerResponse>();

function event(id: string, revision: number, state: string): string {
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
  return `id: ${revision}\nevent: status\ndata: ${JSON.stringify(data)}\n\n`;
}

const server = fastify({ forceCloseConnections: true });

server.get<{ Querystring: { id: string } }>("/events", async ({ query: { id } }, reply) => {
  const { raw } = reply.hijack();
  streams.set(id, raw);
  const heartbeat = setInterval(() => raw.write(": heartbeat\n\n"), heartbeatMs);
  raw.once("close", () => {
    clearInterval(heartbeat);
    streams.delete(id);
  });
  raw.writeHead(200, { "content-type": "text/event-stream" });
  raw.write("retry: 1000\n\n");
  raw.write(event(id, 1, "PENDING"));
});

// Responds with the time of its write, by the clock that all processes of the machine share.
server.post<{ Querystring: { id: string } }>("/scan", async ({ query: { id } }) => {
  const writtenAt = process.hrtime.bigint();
  streams.get(id)?.write(event(id, 2, "SCANNED"));
  return String(writtenAt);
});

console.log(await server.listen({ host: "127.0.0.1", port: 0 }));
