import type { FastifyInstance } from "fastify";
import * as z from "zod";
import { type ClientOptions, createAppClient, type UserInfo } from "../client/index.js";
import { newSecret } from "../domain/secrets.js";
import { read } from "../gateway/requests.js";

/** So many people are signed in at a time; who came first leaves first. */
const maxSessions = 1_000;

const cookieName = "demo-session";
const signInBody = z.strictObject({ ticket: z.string().min(1).max(256) });

/**
 * The backend of the demo website: spends the exchange ticket that its page brings, with the app's secret, and starts a session.
 * A real site has a session store; this one forgets with the process.
 */
export async function websiteRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  const client = createAppClient({ ...service, appId: "demo-app", appSecret: "demo-secret" });
  instance.addHook("onClose", async () => client.close());
  const sessions = new Map<string, UserInfo>();

  instance.get("/demo/session", async ({ cookies }) => ({
    user: sessions.get(cookies[cookieName] ?? "") ?? null,
  }));

  instance.post("/demo/session", async (request, reply) => {
    const { ticket } = read(signInBody, request.body);
    const { user } = await client.exchangeUserInfo({ exchangeTicket: ticket });
    if (!user) throw new Error("the exchange names no user");
    // Always a new name, and the old one is worth nothing: nobody can plant one before.
    sessions.delete(request.cookies[cookieName] ?? "");
    const [oldest] = sessions.keys();
    if (sessions.size >= maxSessions && oldest !== undefined) sessions.delete(oldest);
    const session = newSecret();
    sessions.set(session, user);
    const secure = request.protocol === "https";
    reply.setCookie(cookieName, session, { httpOnly: true, sameSite: "strict", path: "/", secure });
    return { user };
  });

  instance.post("/demo/session/end", async (request, reply) => {
    sessions.delete(request.cookies[cookieName] ?? "");
    reply.clearCookie(cookieName, { path: "/" });
    return { user: null };
  });
}
