import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import cookie from "@fastify/cookie";
import fastify from "fastify";
import { onTestFinished } from "vitest";
import { type LoginOptions, loginRoute } from "../../../examples/authing_guard/login_route.js";
import { freePort } from "../free_port.js";
import { appSecrets } from "../server.js";

/** Site whose page shows Guard, with the documented backend. */
export interface GuardSite {
  readonly origin: string;
  /** The sessions so far: the nickname of each user who has signed in, by the id of the session. */
  readonly sessions: ReadonlyMap<string, string>;
}

/** A script of the page: the documented one, or one that leaves everything to Guard. */
export type GuardScript = "documented" | "browser alone";

// Guard's browser bundle, unmodified.
const require = createRequire(import.meta.url);
const packageFile = require.resolve("@authing/guard/package.json");
const dist = new URL("dist/global/", `file://${packageFile}`);
const files = {
  "/guard.min.js": ["text/javascript; charset=utf-8", readFileSync(new URL("guard.min.js", dist))],
  "/guard.min.css": ["text/css; charset=utf-8", readFileSync(new URL("guard.min.css", dist))],
} as const;

// `report` is defined by the test.
const scripts: Readonly<Record<GuardScript, string>> = {
  documented: readFileSync(new URL("../../../examples/authing_guard/login.js", import.meta.url), "utf8"),
  "browser alone": `
const guard = new GuardFactory.Guard({ appId: "shop", host: document.querySelector("#guard").dataset.gateway });
for (const event of ["load", "load-error", "login", "login-error"])
  guard.on(event, (value) => report(event, event.startsWith("load") ? null : value));
guard.start("#guard").then((user) => report("start", user));
`,
};

/** Returns the content security policy that the documentation recommends for a page with Guard. */
export const guardPolicy = (gateway: string): string =>
  [
    "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:",
    `connect-src 'self' data: ${gateway}; object-src data:; frame-src data:`,
  ].join("; ");

/** Starts a site on a free port. It is stopped at the end of the test. */
export async function startGuardSite(gateway: string, script: GuardScript): Promise<GuardSite> {
  const server = fastify({ forceCloseConnections: true });
  onTestFinished(() => server.close());
  const sessions = new Map<string, string>();
  server.addHook("onSend", async (_request, reply) => {
    reply.header("content-security-policy", guardPolicy(gateway));
  });
  for (const [path, [type, content]] of Object.entries(files))
    server.get(path, async (_request, reply) => reply.type(type).send(content));
  server.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").send(pageOf(gateway)));
  server.get("/login.js", async (_request, reply) => reply.type("text/javascript").send(scripts[script]));
  server.get("/account", async (_request, reply) => reply.type("text/html").send(accountPage));
  await server.register(cookie);
  const port = await freePort();
  const origin = `http://localhost:${port}`;
  const options: LoginOptions = {
    origin,
    gateway,
    appId: "shop",
    appSecret: appSecrets.shop,
    async startSession({ nickname }) {
      const id = `session-${sessions.size}`;
      sessions.set(id, nickname);
      return id;
    },
  };
  await loginRoute(server, options);
  await server.listen({ host: "127.0.0.1", port });
  return { origin, sessions };
}

const accountPage = '<!doctype html><title>Your account</title><link rel="icon" href="data:,">';

const pageOf = (gateway: string): string => `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width">
<title>Example Shop</title>
<link rel="icon" href="data:,">
<link rel="stylesheet" href="/guard.min.css">
<div id="guard" data-gateway="${gateway}"></div>
<script src="/guard.min.js"></script>
<script src="/login.js"></script>
</html>
`;
