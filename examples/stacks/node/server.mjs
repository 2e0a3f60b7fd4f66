import { randomBytes } from "node:crypto";
import { readFileSync } from "node:fs";
import { createServer } from "node:http";
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
const server = createServer((request, response) => {
  gateway(request, response, () => {
    const cookies = new Map(request.headers.cookie?.split("; ").map((cookie) => cookie.split("=")));
    const route = `${request.method} ${request.url}`;
    if (route === "GET /")
      return response.setHeader("content-type", "text/html").end(readFileSync("index.html"));
    if (route === "GET /me") return response.end(JSON.stringify({ user: sessions.get(cookies.get(name)) }));
    if (route !== "POST /logout") return response.writeHead(404).end();
    sessions.delete(cookies.get(name));
    response.writeHead(303, { location: "/" }).end();
  });
});
server.listen(PORT, HOST, () => console.log(`http://localhost:${PORT}`));
