import type { FastifyInstance, FastifyRequest } from "fastify";
import { LRUCache } from "lru-cache";
import * as z from "zod";
import {
  type ClientOptions,
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
  type UserInfo,
} from "../client/index.js";
import { fieldLimits } from "../domain/field_limits.js";
import { isCanonicalBase64url, newSecret } from "../domain/secrets.js";
import { HttpError } from "../gateway/http/http_error.js";
import { validate } from "../gateway/http/validation.js";

/** So many people are signed in at a time; who came first leaves first. */
const maxSessions = 1_000;

const sessionCookie = "demo-session";

/** Holds the code verifier of a sign-in that this browser has begun. */
const verifierCookie = "demo-verifier";
const verifierMaxAgeSeconds = 15 * 60;
const signInSchema = z.strictObject({ ticket: z.string().min(1).max(fieldLimits.exchangeTicket) });

/**
 * The backend of the demo website: exchanges the ticket that its page posts, with the app's secret and the code verifier of
 * this browser, and starts a session. A real site has a session store; this one forgets with the process. A real site's cookies
 * also have the prefix `__Host-`, which needs TLS: see docs/gateway.md.
 */
export async function websiteRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  const client = createAppClient({ ...service, appId: "demo-app", appSecret: "demo-secret" });
  instance.addHook("onClose", async () => client.close());
  const sessions = new LRUCache<string, UserInfo>({ max: maxSessions });

  instance.get("/demo/session", async ({ cookies }) => ({
    user: sessions.peek(cookies[sessionCookie] ?? "") ?? null,
  }));

  instance.post("/demo/session/challenge", async (request, reply) => {
    // Tabs share the verifier, or the code of one tab would spoil that of another.
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
      throw new HttpError(403, "PROOF_INVALID", "this browser has not begun a sign-in");
    }
    const { user } = await client.exchangeUserInfo({ exchangeTicket: ticket, codeVerifier });
    if (!user) throw new Error("the exchange names no user");
    // Always a new name, and the old one is worth nothing: nobody can plant one before.
    sessions.delete(request.cookies[sessionCookie] ?? "");
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
