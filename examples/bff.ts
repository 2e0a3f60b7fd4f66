// A web backend for one front end: streams the status to a page as server-sent events, with the client alone. `npm run bff`
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import fastify from "fastify";
import {
  ContextSource,
  createAppClient,
  QrImageFormat,
  TicketState,
  type UserInfo,
} from "../src/client/index.js"; // yours: "qrlogin/client"
import { argumentOf, nameOf } from "./command_line.js";

const client = createAppClient({
  address: argumentOf("--address") ?? "127.0.0.1:50051",
  appId: "demo-app",
  appSecret: "demo-secret",
});
interface Session {
  readonly ticketId: string;
  readonly ticketSecret: string;
  user?: UserInfo | undefined;
  isOver?: boolean;
}
/** What this browser may follow, by a cookie that it cannot read. The ticket secret never leaves the server. */
const sessions = new Map<string, Session>();
const server = fastify();

server.get("/", async (request, reply) => {
  const { ticketId, ticketSecret, qrImage, remainingDuration } = await client.createTicket({
    requester: {
      ipAddress: request.ip,
      userAgent: (request.headers["user-agent"] ?? "").slice(0, 256),
      // A browser writes this header as it likes; the address is this backend's own word.
      userAgentSource: ContextSource.CLAIMED_BY_PAGE,
    },
    qrImage: { format: QrImageFormat.SVG, size: 320 },
  });
  const session = randomUUID();
  sessions.set(session, { ticketId, ticketSecret });
  // A demonstration's session ends with its ticket; a real one belongs into your session store.
  setTimeout(() => sessions.delete(session), (remainingDuration?.seconds ?? 0) * 1_000 + 300_000).unref();
  reply.header("set-cookie", `session=${session}; HttpOnly; SameSite=Lax; Path=/`);
  reply.header("cache-control", "no-store").type("text/html; charset=utf-8");
  return `<!doctype html><title>Sign in</title><style>body{font:1.2rem system-ui;text-align:center;margin:3rem}</style>
    ${Buffer.from(qrImage?.data ?? []).toString()}<p id="state" role="status">Scan the code with your app</p>
    <script>new EventSource("/events").onmessage = ({ data }) => { state.textContent = data; };</script>`;
});

server.get("/events", async (request, reply) => {
  const session = sessions.get(/(?:^|; )session=([\w-]+)/.exec(request.headers.cookie ?? "")?.[1] ?? "");
  if (!session) return reply.code(404).send();
  // An EventSource comes back after every end of its stream, unless it is answered 204.
  if (session.isOver) return reply.code(204).send();
  reply.hijack();
  const page = reply.raw.writeHead(200, { "content-type": "text/event-stream", "cache-control": "no-store" });
  const gone = new AbortController();
  page.on("close", () => gone.abort());
  const tell = async (text: string) =>
    page.write(`data: ${text}\n\n`) || (await once(page, "drain", { signal: gone.signal }));
  try {
    for await (const status of client.watchStatus(session, { signal: gone.signal })) {
      if (status.state === TicketState.AUTHORIZED) {
        session.user = (await client.exchangeUserInfo(status)).user;
      }
      await tell(session.user ? `Welcome, ${session.user.nickname}` : nameOf(TicketState, status.state));
    }
    session.isOver = true;
  } catch (error) {
    if (!gone.signal.aborted) console.error(error);
  }
  page.end();
});

console.log(`Open ${await server.listen({ host: "127.0.0.1", port: Number(argumentOf("--port") ?? 8081) })}`);
