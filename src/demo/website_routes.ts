import type { FastifyInstance, FastifyRequest } from "fastify";
import * as z from "zod";
import {
  type ClientOptions,
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
  type UserInfo,
} from "../client/index.js";
import { isCanonicalBase64url, newSecret } from "../domain/secrets.js";
import { HttpError } from "../gateway/http/http_error.js";
import { validate } from "../gateway/http/validation.js";

/** Limit of sessions. A new one replaces the oldest. */
const maxSessions = 1_000;

const sessionCookie = "demo-session";

/** Cookie with the code verifier of this browser's sign-in. */
const verifierCookie = "demo-verifier";
const verifierMaxAgeSeconds = 15 * 60;
const signInSchema = z.strictObject({ ticket: z.string().min(1).max(256) });

/**
 * Registers the backend of the demo website. It exchanges the ticket that its page posts, with the app's secret
 * and this browser's code verifier, and starts a session. The sessions are lost with the process; a real site
 * keeps them in a store. Its cookies also have the prefix `__Host-`, which requires TLS: see docs/gateway.md.
 */
export async function websiteRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  const client = createAppClient({ ...service, appId: "demo-app", appSecret: "demo-secret" });
  instance.addHook("onClose", async () => client.close());
  const sessions = new Map<string, UserInfo>();

  instance.get("/demo/session", async ({ cookies }) => ({
    user: sessions.get(cookies[sessionCookie] ?? "") ?? null,
  }));

  instance.post("/demo/session/challenge", async (request, reply) => {
    // Tabs share the verifier. With one for each, a new code in one tab would invalidate the code in another.
    const codeVerifier = codeVerifierOf(request) ?? createCodeVerifier();
    const secure = request.protocol === "https";
    const options = {
      httpOnly: true,
      sameSite: "strict",
      path: "/",
      secure,
      maxAge: verifierMaxAgeSeconds,
    } as const;
    reply.setCookie(verifierCookie, codeVerifier, options);
    return { codeChallenge: codeChallengeOf(codeVerifier) };
  });

  instance.post("/demo/session", async (request, reply) => {
    const { ticket } = validate(signInSchema, request.body);
    const codeVerifier = codeVerifierOf(request);
    if (codeVerifier === undefined) {
      throw new HttpError(403, "PROOF_INVALID", "this browser has not started a sign-in");
    }
    const { user } = await client.exchangeUserInfo({ exchangeTicket: ticket, codeVerifier });
    if (!user) throw new Error("the exchange returned no user");
    // Creates a new session and deletes the old one, which prevents session fixation.
    sessions.delete(request.cookies[sessionCookie] ?? "");
    const [oldest] = sessions.keys();
    if (sessions.size >= maxSessions && oldest !== undefined) sessions.delete(oldest);
    const session = newSecret();
    sessions.set(session, user);
    const secure = request.protocol === "https";
    reply.setCookie(sessionCookie, session, { httpOnly: true, sameSite: "strict", path: "/", secure });
    reply.clearCookie(verifierCookie, { path: "/" });
    return { user };
  });

  instance.post("/demo/session/end", async (request, reply) => {
    sessions.delete(request.cookies[sessionCookie] ?? "");
    reply.clearCookie(sessionCookie, { path: "/" });
    return { user: null };
  });
}

function codeVerifierOf({ cookies }: FastifyRequest): string | undefined {
  const verifier = cookies[verifierCookie] ?? "";
  return isCanonicalBase64url(verifier, 32) ? verifier : undefined;
}
