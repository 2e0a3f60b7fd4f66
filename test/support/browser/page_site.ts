import { once } from "node:events";
import { readFileSync } from "node:fs";
import { createServer, type IncomingMessage, type RequestListener, type Server } from "node:http";
import { createServer as createTlsServer } from "node:https";
import { createRequire } from "node:module";
import { json } from "node:stream/consumers";
import { onTestFinished } from "vitest";
import { pageHtml, pageScript } from "./page_script.js";

/** Website with a page that shows a code, and a backend. */
export interface Site {
  readonly port: number;
}

export interface SiteOptions {
  /** Handles the ticket that the page posts to the backend. */
  readonly signIn?: (ticket: string) => Promise<unknown>;
  /** Certificate and key in PEM. Without them, the site uses plain http. */
  readonly tls?: { readonly cert: string; readonly key: string };
}

// The package's unmodified browser bundle, which it does not export.
const require = createRequire(import.meta.url);
const packageFile = require.resolve("authing-js-sdk/package.json");
const sdk = readFileSync(new URL("build/browser/index.min.js", `file://${packageFile}`));

/** Starts a site on a free port. It is stopped at the end of the test. */
export async function startSite({ signIn, tls }: SiteOptions = {}): Promise<Site> {
  const listener: RequestListener = async (request, response) => {
    const file = files[request.url ?? ""];
    if (file) {
      response.writeHead(200, { "content-type": file.type }).end(file.content);
    } else if (request.url === "/sign-in" && signIn) {
      const answer = await signIn(await ticketIn(request));
      response.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify(answer));
    } else {
      response.writeHead(404).end();
    }
  };
  const server: Server = tls ? createTlsServer({ ...tls }, listener) : createServer(listener);
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the site has no port");
  return { port: address.port };
}

const files: Readonly<Record<string, { readonly type: string; readonly content: string | Buffer }>> = {
  "/": { type: "text/html; charset=utf-8", content: pageHtml },
  "/page.js": { type: "text/javascript; charset=utf-8", content: pageScript },
  "/sdk.js": { type: "text/javascript; charset=utf-8", content: sdk },
};

async function ticketIn(request: IncomingMessage): Promise<string> {
  const body = await json(request);
  const ticket = typeof body === "object" && body !== null && "ticket" in body ? body.ticket : undefined;
  if (typeof ticket !== "string") throw new Error("the page has sent no ticket");
  return ticket;
}
