// A web backend that creates tickets itself and streams their status to its page, with the client alone.
// Start it with `npm run bff`.
import { once } from "node:events";
import cookie from "@fastify/cookie";
import rateLimit from "@fastify/rate-limit";
import fastify, { type FastifyError, type FastifyRequest } from "fastify";
import {
  ContextSource,
  CreatorCapability,
  createAppClient,
  isQrLoginError,
  isTerminal,
  createCodeVerifier as newId,
  QrImageFormat,
  TicketState,
  type UserInfo,
} from "qrlogin/client";
import { page, script } from "./bff_page.js";
import { enumNameOf, optionValue } from "./command_line.js";

/** Sign-in that is shown in one browser. Ticket secret and exchange ticket never leave this process. */
interface SignIn {
  /** Cookie of the browser that started the sign-in. No other browser may watch or complete it (login CSRF). */
  readonly browserId: string;
  readonly ticketId: string;
  readonly ticketSecret: string;
  /** Pending or finished exchange, shared by all tabs. */
  user?: Promise<UserInfo | undefined> | undefined;
  /** Set once the browser has received the last status. */
  hasEnded?: boolean;
}

const client = createAppClient({
  address: optionValue("--address") ?? "127.0.0.1:50051",
  appId: "demo-app",
  appSecret: "demo-secret",
});
// In production, with TLS, the prefix keeps other hosts of your domain from setting the cookies.
const isSecure = process.env.NODE_ENV === "production";
const cookiePrefix = isSecure ? "__Host-" : "";
const cookieOptions = { httpOnly: true, secure: isSecure, sameSite: "lax", path: "/" } as const;
const checkCodeSchema = {
  type: "object",
  required: ["checkCode"],
  properties: { checkCode: { type: "string", pattern: "^[0-9]{4,6}$" } },
} as const;
const signInMs = 10 * 60_000;
const sessionMs = 8 * 60 * 60_000;
// Yours belong in a store that all your processes share.
const signIns = new Map<string, SignIn>();
const sessions = new Map<string, UserInfo>();

/** Keeps a value for `ms` milliseconds. */
function setWithExpiry<V>(map: Map<string, V>, key: string, value: V, ms: number): void {
  map.set(key, value);
  setTimeout(() => map.delete(key), ms).unref();
}

const cookieOf = ({ cookies }: FastifyRequest, name: string): string => cookies[cookiePrefix + name] ?? "";

/** Returns the sign-in of the request, if this browser started it. */
function signInOf(request: FastifyRequest): SignIn | undefined {
  const { ticketId = "" } = request.query as { readonly ticketId?: string };
  const signIn = signIns.get(ticketId);
  return signIn?.browserId === cookieOf(request, "browser") ? signIn : undefined;
}

const server = fastify();
await server.register(cookie);
await server.register(rateLimit, { max: 600, timeWindow: "1 minute" });
const shutdown = new AbortController();
server.addHook("preClose", async () => shutdown.abort());
server.addHook("onClose", async () => client.close());
server.setErrorHandler((error: FastifyError, _request, reply) => {
  const { statusCode = 502 } = error;
  if (statusCode < 500) return reply.code(statusCode).send({ message: "This request is invalid." });
  console.error(error);
  return reply.code(502).send({ message: "Sign-in is not available at the moment." });
});

server.get("/", async (_request, reply) => reply.headers(page.headers).send(page.html));
server.get("/page.js", async (_request, reply) => reply.type("text/javascript").send(script));

server.get("/session", async (request, reply) => {
  reply.header("cache-control", "no-store");
  return { nickname: sessions.get(cookieOf(request, "session"))?.nickname ?? null };
});

server.post("/sign-out", async (request, reply) => {
  sessions.delete(cookieOf(request, "session"));
  return reply.clearCookie(`${cookiePrefix}session`, cookieOptions).code(204).send();
});

server.post("/sign-in", async (request, reply) => {
  const { ticketId, ticketSecret, qrImage, remainingDuration } = await client.createTicket({
    requester: {
      ipAddress: request.ip,
      userAgent: (request.headers["user-agent"] ?? "").slice(0, 256),
      // The browser controls this header, while this backend vouches for the address.
      userAgentSource: ContextSource.CLAIMED_BY_PAGE,
    },
    qrImage: { format: QrImageFormat.SVG, size: 320 },
    // Without this, no ticket is created if the policy of the app needs a check code.
    capabilities: [CreatorCapability.CHECK_CODE],
  });
  const browserId = cookieOf(request, "browser") || newId();
  setWithExpiry(signIns, ticketId, { browserId, ticketId, ticketSecret }, signInMs);
  reply.setCookie(`${cookiePrefix}browser`, browserId, { ...cookieOptions, maxAge: signInMs / 1_000 });
  return { ticketId, svg: Buffer.from(qrImage?.data ?? []).toString(), seconds: remainingDuration?.seconds };
});

server.get("/sign-in/events", async (request, reply) => {
  const signIn = signInOf(request);
  // An EventSource reconnects whenever its stream ends, until the response is 204.
  if (!signIn || signIn.hasEnded) return reply.code(204).send();
  reply.hijack();
  const stream = reply.raw.writeHead(200, {
    "content-type": "text/event-stream",
    "cache-control": "no-store",
  });
  const gone = new AbortController();
  stream.on("close", () => gone.abort());
  const signal = AbortSignal.any([gone.signal, shutdown.signal]);
  // As JSON, since a line break in a nickname would end the field.
  const send = async (data: object) =>
    stream.write(`data: ${JSON.stringify(data)}\n\n`) || (await once(stream, "drain", { signal }));
  try {
    for await (const status of client.watchStatus(signIn, { signal })) {
      const { state, scannedBy, checkCodeDigits, checkCodeAttemptsLeft } = status;
      const checkCode = checkCodeDigits > 0 && {
        digits: checkCodeDigits,
        attemptsLeft: checkCodeAttemptsLeft,
      };
      await send({
        state: enumNameOf(TicketState, state),
        nickname: scannedBy?.nickname,
        ...(checkCode && { checkCode }),
      });
      signIn.hasEnded = isTerminal(state);
      // The headers of a stream are sent already, so it cannot set a cookie. The page continues with a POST.
      if (state === TicketState.AUTHORIZED) break;
    }
  } catch (error) {
    if (signal.aborted) return;
    console.error(error);
    await send({ state: "FAILED" }).catch(() => {});
  } finally {
    stream.end();
  }
});

// In AWAITING_CHECK_CODE, the phone shows a code that the user types on this page.
server.post("/sign-in/check-code", { schema: { body: checkCodeSchema } }, async (request, reply) => {
  const signIn = signInOf(request);
  if (!signIn) return reply.code(404).send({ message: "This browser did not start that sign-in." });
  const { checkCode } = request.body as { readonly checkCode: string };
  try {
    // The browser's address, by which wrong codes are counted across sign-ins.
    await client.submitCheckCode({ ...signIn, checkCode, ipAddress: request.ip });
    return {};
  } catch (error) {
    // The stream tells the page how many attempts are left, or how the sign-in ended.
    if (isQrLoginError(error, "CHECK_CODE_MISMATCH"))
      return reply.code(400).send({ message: "The code is wrong." });
    if (isQrLoginError(error) && error.currentState !== undefined) {
      return reply.code(409).send({ message: "The sign-in does not wait for this code." });
    }
    throw error;
  }
});

server.post("/sign-in/complete", async (request, reply) => {
  const signIn = signInOf(request);
  if (!signIn) return reply.code(404).send({ message: "This browser did not start that sign-in." });
  signIn.user ??= exchange(signIn);
  const user = await signIn.user.catch((error: unknown) => {
    signIn.user = undefined;
    throw error;
  });
  if (!user) {
    signIn.user = undefined;
    return reply.code(409).send({ message: "The sign-in has not been approved yet." });
  }
  // Always a new session, which prevents session fixation.
  sessions.delete(cookieOf(request, "session"));
  const session = newId();
  setWithExpiry(sessions, session, user, sessionMs);
  reply.setCookie(`${cookiePrefix}session`, session, { ...cookieOptions, maxAge: sessionMs / 1_000 });
  return { nickname: user.nickname };
});

async function exchange(signIn: SignIn): Promise<UserInfo | undefined> {
  const { status } = await client.getStatus(signIn);
  if (!status?.exchangeTicket) return undefined;
  return (await client.exchangeUserInfo({ exchangeTicket: status.exchangeTicket })).user;
}

for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => void server.close());
console.log(
  `Open ${await server.listen({ host: "127.0.0.1", port: Number(optionValue("--port") ?? 8081) })}`,
);
