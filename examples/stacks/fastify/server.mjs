import { readFileSync } from "node:fs";
import cookies from "@fastify/cookie";
import session from "@fastify/session";
import fastify from "fastify";
import { qrLoginGateway } from "qrlogin/gateway";

const { APP_ID, APP_SECRET, HANDLE_KEY, SESSION_SECRET, QRLOGIN_SERVICE, HOST, PORT = "3000" } = process.env;
const secure = process.env.NODE_ENV === "production";
const cookieName = secure ? "__Host-session" : "session";
const cookie = { httpOnly: true, sameSite: "lax", secure };

const server = fastify({ trustProxy: process.env.TRUSTED_PROXIES ?? false, return503OnClosing: false });
await server.register(cookies);
await server.register(session, { cookieName, secret: SESSION_SECRET, saveUninitialized: false, cookie });
await server.register(qrLoginGateway, {
  service: { address: QRLOGIN_SERVICE },
  apps: [{ id: APP_ID, secret: APP_SECRET }],
  handleKeys: [HANDLE_KEY],
  async onSignIn({ user }, request) {
    await request.session.regenerate(); // a new session id at each sign-in
    request.session.user = { id: user.userId, nickname: user.nickname };
  },
});
server.get("/", (_request, reply) => reply.type("text/html").send(readFileSync("index.html")));
server.get("/me", async ({ session }) => ({ user: session.user }));
server.post("/logout", (request, reply) => request.session.destroy().then(() => reply.redirect("/")));
await server.listen({ port: Number(PORT), host: HOST });
console.log(`http://localhost:${PORT}`);
