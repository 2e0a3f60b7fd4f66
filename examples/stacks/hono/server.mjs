import { serve } from "@hono/node-server";
import { getConnInfo } from "@hono/node-server/conninfo";
import { serveStatic } from "@hono/node-server/serve-static";
import { Hono } from "hono";
import { getCookie } from "hono/cookie";
import { createFetchHandler } from "qrlogin/web";

const { NODE_ENV, PUBLIC_ORIGIN, QRLOGIN_SERVICE, HOST, PORT = "3000" } = process.env;
const { APP_ID, APP_SECRET, HANDLE_KEY } = process.env;
const [name, secure] = NODE_ENV === "production" ? ["__Host-session", "; Secure"] : ["session", ""];
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
    headers.append("set-cookie", `${name}=${sessionId}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  },
});
const app = new Hono();
app.all("/qrlogin/*", (c) => gateway(c.req.raw, c));
app.get("/", serveStatic({ path: "index.html" }));
app.get("/me", (c) => c.json({ user: sessions.get(getCookie(c, name)) }));
app.post("/logout", (c) => {
  sessions.delete(getCookie(c, name));
  return c.redirect("/");
});
serve({ fetch: app.fetch, hostname: HOST, port: Number(PORT) });
