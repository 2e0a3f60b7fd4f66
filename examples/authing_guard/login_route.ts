// The backend of a site whose page shows Authing's Guard.
import type { FastifyInstance } from "fastify";

/** The site, and its app at the gateway. */
export interface LoginOptions {
  /** Origin of the site's own pages, such as `https://shop.example.com`. */
  readonly origin: string;
  /** Address of the gateway, such as `https://login.example.com`. */
  readonly gateway: string;
  readonly appId: string;
  readonly appSecret: string;
  /** Starts a session of the user, and resolves with its id. */
  readonly startSession: (user: Answer["data"]) => Promise<string>;
}

/** The gateway's answer, of which a site needs this much. */
interface Answer {
  readonly code: number;
  readonly data: { readonly id: string; readonly nickname: string };
}

const loginSchema = {
  body: { type: "object", required: ["ticket"], properties: { ticket: { type: "string", maxLength: 2048 } } },
} as const;

/** Adds `POST /login`, which starts a session for the ticket that Guard passes to its page. */
export async function loginRoute(server: FastifyInstance, options: LoginOptions): Promise<void> {
  const { origin, gateway, appId, appSecret, startSession } = options;
  // snippet: login
  server.post<{ Body: { ticket: string } }>("/login", { schema: loginSchema }, async (request, reply) => {
    // A ticket is bound to no browser. Without this check, a page of another site could post a ticket of its
    // own, and sign the user in to the account of an attacker (login CSRF).
    if (request.headers.origin !== origin) return reply.code(403).send();
    const response = await fetch(`${gateway}/api/v2/qrcode/userinfo`, {
      method: "POST",
      headers: {
        "content-type": "application/json",
        authorization: `Basic ${Buffer.from(`${appId}:${appSecret}`).toString("base64")}`,
      },
      body: JSON.stringify({ ticket: request.body.ticket }),
    });
    const { code, data: user } = (await response.json()) as Answer;
    if (code !== 200) return reply.code(401).send();
    const cookieOptions = { path: "/", httpOnly: true, secure: true, sameSite: "lax" } as const;
    return reply
      .setCookie("__Host-session", await startSession(user), cookieOptions)
      .code(204)
      .send();
  });
  // end snippet
}
