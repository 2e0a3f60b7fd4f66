import type { FastifyInstance } from "fastify";
import { type ClientOptions, createAppClient, type UserInfo } from "../client/index.js";
import { newSecret } from "../domain/secrets.js";

/** So many sessions; the oldest ends first. */
const maxSessions = 1_000;

const cookieName = "demo-session";

/**
 * The backend of the demo website: spends the exchange ticket that its page brings, with the app's secret, and starts a session.
 * A real site has a session store; this one forgets with the process.
 */
export async function websiteRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  const client = createAppClient({ ...service, appId: "demo-app", appSecret: "demo-secret" });
  instance.addHook("onClose", async () => client.close());
  const sessions = new Map<string, UserInfo>();

  instance.get("/demo/session", async ({ cookies }) => sessions.get(cookies[cookieName] ?? "") ?? null);

  instance.post("/demo/session", async (request, reply) => {
    const { ticket } = (request.body ?? {}) as { ticket?: unknown };
    const { user } = await client.exchangeUserInfo({ exchangeTicket: String(ticket) });
    const session = newSecret();
    const [oldest] = sessions.keys();
    if (sessions.size >= maxSessions && oldest !== undefined) sessions.delete(oldest);
    if (user) sessions.set(session, user);
    reply.setCookie(cookieName, session, { httpOnly: true, sameSite: "strict", path: "/" });
    return user;
  });

  instance.post("/demo/session/end", async (request, reply) => {
    sessions.delete(request.cookies[cookieName] ?? "");
    reply.clearCookie(cookieName, { path: "/" });
    return {};
  });
}
