import { readFileSync } from "node:fs";
import { createServer } from "node:http";
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
const server = createServer((request, response) => {
  gateway(request, response, () => {
    const sessionId = request.headers.cookie?.match(`\\b${name}=([^;]+)`)?.[1];
    if (request.url === "/") response.setHeader("content-type", "text/html").end(readFileSync("index.html"));
    else if (request.url === "/me") response.end(JSON.stringify({ user: sessions.get(sessionId) }));
    else if (request.url === "/logout") response.end(`${sessions.delete(sessionId)}`);
    else response.writeHead(404).end();
  });
});
server.listen(PORT, HOST, () => console.log(`http://localhost:${PORT}`));
