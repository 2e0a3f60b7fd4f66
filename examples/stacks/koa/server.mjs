import { randomBytes } from "node:crypto";
import { createReadStream } from "node:fs";
import Koa from "koa";
import { createNodeHandler } from "qrlogin/node";

const { APP_ID, APP_SECRET, HANDLE_KEY, QRLOGIN_SERVICE, HOST, PORT = "3000" } = process.env;
const secure = process.env.NODE_ENV === "production";
const name = secure ? "__Host-session" : "session";
const attributes = `Path=/; HttpOnly; SameSite=Lax${secure ? "; Secure" : ""}`;
const sessions = new Map(); // users by session id

const gateway = createNodeHandler({
  service: { address: QRLOGIN_SERVICE },
  apps: [{ id: APP_ID, secret: APP_SECRET }],
  handleKeys: [HANDLE_KEY],
  trustedProxies: process.env.TRUSTED_PROXIES?.split(",") ?? [],
  onSignIn({ user }, _request, response) {
    const sessionId = randomBytes(32).toString("base64url"); // a new one at each sign-in
    sessions.set(sessionId, { id: user.userId, nickname: user.nickname });
    response.appendHeader("set-cookie", `${name}=${sessionId}; ${attributes}`);
  },
});
const app = new Koa();
// snippet: mount
app.use(async (ctx, next) => {
  ctx.respond = false; // the gateway responds, unless it calls `next`
  const isOther = await new Promise((resolve, reject) => {
    ctx.res.once("close", () => resolve(false));
    gateway(ctx.req, ctx.res, (error) => (error ? reject(error) : resolve(true)));
  });
  ctx.respond = isOther;
  if (isOther) await next();
});
// end snippet
app.use((ctx) => {
  const route = `${ctx.method} ${ctx.path}`;
  const sessionId = ctx.cookies.get(name);
  if (route === "GET /me") ctx.body = { user: sessions.get(sessionId) };
  if (route === "GET /") {
    ctx.type = "html";
    ctx.body = createReadStream("index.html");
  }
  if (route === "POST /logout") {
    sessions.delete(sessionId);
    ctx.redirect("/");
  }
});
app.listen(PORT, HOST, () => console.log(`http://localhost:${PORT}`));
