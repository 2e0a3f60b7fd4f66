import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import { createFetchHandler } from "qrlogin/web";

const { APP_ID, APP_SECRET, HANDLE_KEY, PUBLIC_ORIGIN, QRLOGIN_SERVICE, HOST, PORT = "3000" } = process.env;
const secure = process.env.NODE_ENV === "production";
const name = secure ? "__Host-session" : "session";
const cookie = { path: "/", httpOnly: true, sameSite: "Lax", secure };
const sessions = new Map();

const gateway = createFetchHandler({
  service: { address: QRLOGIN_SERVICE },
  apps: [{ id: APP_ID, secret: APP_SECRET }],
  handleKeys: [HANDLE_KEY],
  publicOrigin: PUBLIC_ORIGIN,
  clientAddress: (_request, c) => getConnInfo(c).remote.address,
  onSignIn({ user }, _request, { headers }) {
    const sessionId = crypto.randomUUID(); // a new session id at each sign-in
    sessions.set(sessionId, { id: user.userId, nickname: user.nickname });
    headers.append("set-cookie", generateCookie(name, sessionId, cookie));
  },
});
const app = new Hono();
app.all("/qrlogin/*", (c) => gateway(c.req.raw, c));
app.get("/", serveStatic({ path: "index.html" }));
app.get("/me", (c) => c.json({ user: sessions.get(getCookie(c, name)) }));
app.post("/logout", (c) => sessions.delete(getCookie(c, name)) && c.redirect("/"));
serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) });
