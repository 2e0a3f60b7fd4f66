import * as z from "zod";
import { codeChallengeOf, createAppClient, createCodeVerifier, } from "../client/index.js";
import { isCanonicalBase64url, newSecret } from "../domain/secrets.js";
import { HttpRefusal } from "../gateway/refusal.js";
import { read } from "../gateway/requests.js";
/** So many people are signed in at a time; who came first leaves first. */
const maxSessions = 1_000;
const cookieName = "demo-session";
/** Holds the code verifier of a sign-in that this browser has begun. */
const verifierCookie = "demo-verifier";
const verifierSeconds = 15 * 60;
const signInBody = z.strictObject({ ticket: z.string().min(1).max(256) });
/**
 * The backend of the demo website: exchanges the ticket that its page posts, with the app's secret and the code verifier of
 * this browser, and starts a session. A real site has a session store; this one forgets with the process. A real site's cookies
 * also have the prefix `__Host-`, which needs TLS: see docs/gateway.md.
 */
export async function websiteRoutes(instance, service) {
    const client = createAppClient({ ...service, appId: "demo-app", appSecret: "demo-secret" });
    instance.addHook("onClose", async () => client.close());
    const sessions = new Map();
    instance.get("/demo/session", async ({ cookies }) => ({
        user: sessions.get(cookies[cookieName] ?? "") ?? null,
    }));
    instance.post("/demo/session/challenge", async (request, reply) => {
        // Tabs share the verifier, or the code of one tab would spoil that of another.
        const codeVerifier = verifierOf(request) ?? createCodeVerifier();
        const secure = request.protocol === "https";
        const options = {
            httpOnly: true,
            sameSite: "strict",
            path: "/",
            secure,
            maxAge: verifierSeconds,
        };
        reply.setCookie(verifierCookie, codeVerifier, options);
        return { codeChallenge: codeChallengeOf(codeVerifier) };
    });
    instance.post("/demo/session", async (request, reply) => {
        const { ticket } = read(signInBody, request.body);
        const codeVerifier = verifierOf(request);
        if (codeVerifier === undefined) {
            throw new HttpRefusal(403, "PROOF_INVALID", "this browser has not begun a sign-in");
        }
        const { user } = await client.exchangeUserInfo({ exchangeTicket: ticket, codeVerifier });
        if (!user)
            throw new Error("the exchange names no user");
        // Always a new name, and the old one is worth nothing: nobody can plant one before.
        sessions.delete(request.cookies[cookieName] ?? "");
        const [oldest] = sessions.keys();
        if (sessions.size >= maxSessions && oldest !== undefined)
            sessions.delete(oldest);
        const session = newSecret();
        sessions.set(session, user);
        const secure = request.protocol === "https";
        reply.setCookie(cookieName, session, { httpOnly: true, sameSite: "strict", path: "/", secure });
        reply.clearCookie(verifierCookie, { path: "/" });
        return { user };
    });
    instance.post("/demo/session/end", async (request, reply) => {
        sessions.delete(request.cookies[cookieName] ?? "");
        reply.clearCookie(cookieName, { path: "/" });
        return { user: null };
    });
}
function verifierOf({ cookies }) {
    const verifier = cookies[verifierCookie] ?? "";
    return isCanonicalBase64url(verifier, 32) ? verifier : undefined;
}
