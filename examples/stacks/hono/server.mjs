import { randomUUID } from "node:crypto";
import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { generateCookie, getCookie } from "hono/cookie";
import { createFetchHandler } from "qrlogin/web";

const { APP_ID, APP_SECRET, HANDLE_KEY, PUBLIC_ORIGIN, QRLOGIN_SERVICE, HOST, PORT = "3000" } = process.env;
const secure = process.env.NODE_ENV === "production";
const name = secure ? "__Host-session" : "session";
const sessions = new Map(); // yours: a store that all processes share

const gateway = createFetchHandler({
  service: { address: QRLOGIN_SERVICE },
  apps: [{ id: APP_ID, secret: APP_SECRET }],
  handleKeys: [HANDLE_KEY],
  publicOrigin: PUBLIC_ORIGIN,
  clientAddress: ({ headers }, c) =>
    PUBLIC_ORIGIN ? headers.get("x-forwarded-for")?.split(",").at(-1)?.trim() : getConnInfo(c).remote.address,
  onSignIn({ user }, _request, { headers }) {
    const id = randomUUID(); // a new session id at each sign-in
    sessions.set(id, { id: user.userId, nickname: user.nickname });
    const cookie = generateCookie(name, id, { path: "/", httpOnly: true, sameSite: "Lax", secure });
    headers.append("set-cookie", cookie);
  },
});
const app = new Hono();
app.all("/qrlogin/*", (c) => gateway(c.req.raw, c));
app.get("/", serveStatic({ path: "index.html" }));
app.get("/me", (c) => c.json({ user: sessions.get(getCookie(c, name)) }));
app.post("/logout", (c) => {
  sessions.delete(getCookie(c, name));
  return c.redirect("/", 303);
});
serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) }, () =>
  console.log(`http://localhost:${PORT}`),
);
