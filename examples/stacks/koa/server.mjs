import { createReadStream } from "node:fs";
import { createServer } from "node:http";
import Koa from "koa";
import { createNodeHandler } from "qrlogin/node";

const { NODE_ENV, APP_ID, APP_SECRET, HANDLE_KEY, QRLOGIN_SERVICE, HOST, PORT = "3000" } = process.env;
const [name, secure] = NODE_ENV === "production" ? ["__Host-session", "; Secure"] : ["session", ""];
const sessions = new Map();

const gateway = createNodeHandler({
  service: { address: QRLOGIN_SERVICE },
  apps: [{ id: APP_ID, secret: APP_SECRET }],
  handleKeys: [HANDLE_KEY],
  trustedProxies: process.env.TRUSTED_PROXIES?.split(",") ?? [],
  onSignIn({ user }, _request, response) {
    const sessionId = crypto.randomUUID(); // a new session id at each sign-in
    sessions.set(sessionId, { id: user.userId, nickname: user.nickname });
    response.appendHeader("set-cookie", `${name}=${sessionId}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  },
});
// snippet: site
const koa = new Koa();
koa.use((ctx) => {
  const sessionId = ctx.cookies.get(name);
  if (ctx.path === "/") Object.assign(ctx, { type: "html", body: createReadStream("index.html") });
  if (ctx.path === "/me") ctx.body = { user: sessions.get(sessionId) };
  if (ctx.method === "POST" && ctx.path === "/logout") {
    sessions.delete(sessionId);
    ctx.redirect("/");
  }
});
const site = koa.callback();
createServer((req, res) => gateway(req, res, () => site(req, res))).listen(PORT, HOST);
// end snippet
