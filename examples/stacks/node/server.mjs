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
  onSignIn({ user }, _req, res) {
    const sessionId = crypto.randomUUID(); // a new session id at each sign-in
    sessions.set(sessionId, { id: user.userId, nickname: user.nickname });
    res.appendHeader("set-cookie", `${name}=${sessionId}; Path=/; HttpOnly; SameSite=Lax${secure}`);
  },
});
createServer((req, res) => {
  gateway(req, res, () => {
    const id = req.headers.cookie?.match(`(?:^|; )${name}=([^;]+)`)?.[1];
    const route = `${req.method} ${req.url}`;
    if (route === "GET /") res.setHeader("content-type", "text/html").end(readFileSync("index.html"));
    else if (route === "GET /me") res.end(JSON.stringify({ user: sessions.get(id) }));
    else if (route === "POST /logout") {
      sessions.delete(id);
      res.writeHead(303, { location: "/" }).end();
    } else res.writeHead(404).end();
  });
}).listen(PORT, HOST, () => console.log(`http://localhost:${PORT}`));
