import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import cookie from "@fastify/cookie";
import type { FastifyInstance, FastifyPluginAsync, FastifyRequest } from "fastify";
import { isTrustworthyHost } from "../base/address.js";
import { systemClock } from "../base/clock.js";
import type { ClientOptions } from "../client/index.js";
import { sendProblem } from "../gateway/http/error_handler.js";
import { HttpError } from "../gateway/http/http_error.js";
import { acceptOnlyJson } from "../gateway/http/json_body_parser.js";
import { logRequests } from "../gateway/http/request_log.js";
import { isCrossOrigin } from "../gateway/http/request_origin.js";
import { createPageHeaders } from "./page_headers.js";
import { phoneRoutes } from "./phone_routes.js";
import { websiteRoutes } from "./website_routes.js";

// The strictest policy with which the widget works. `data:` is for the photos of the demo users, `blob:` for an
// image of a code that the phone page reads.
const pageHeaders = { ...createPageHeaders("data:", "blob:"), "cache-control": "no-cache" } as const;

const html = "text/html";
const css = "text/css";
const javascript = "text/javascript";
const json = "application/json";
const svg = "image/svg+xml";

/** Files of the demo's pages, by address. */
const pageFiles: readonly (readonly [address: string, type: string, file: URL])[] = [
  ["/", html, pageFile("website.html")],
  ["/demo/website.css", css, pageFile("website.css")],
  ["/demo/website.js", javascript, pageFile("website.js")],
  ["/demo/copy_code.js", javascript, pageFile("copy_code.js")],
  ["/demo/shelf.svg", svg, pageFile("shelf.svg")],
  ["/phone", html, pageFile("phone/phone.html")],
  ["/demo/phone/phone.css", css, pageFile("phone/phone.css")],
  ["/demo/phone/messages.json", json, pageFile("phone/messages.json")],
  ...[
    "phone.js",
    "scan/scanner.js",
    "scan/qr_reader.js",
    "check_code.js",
    "countdown.js",
    "sign_in_calls.js",
    "requester.js",
    "describe_browser.js",
    "texts.js",
  ].map((name) => [`/demo/phone/${name}`, javascript, pageFile(`phone/${name}`)] as const),
  ["/demo/jsqr.js", javascript, new URL(`file://${createRequire(import.meta.url).resolve("jsqr")}`)],
];

/**
 * Registers the demo: a website at `/`, and at `/phone` a page that acts as the phone. For development mode
 * only.
 */
export async function demoRoutes(server: FastifyInstance, service: ClientOptions): Promise<void> {
  const plugin: FastifyPluginAsync = async (demo) => {
    logRequests(demo, systemClock);
    acceptOnlyJson(demo);
    demo.setErrorHandler(sendProblem);
    demo.addHook("onRequest", async (request, reply) => {
      reply.header("cache-control", "no-store");
      if (request.method !== "GET" && request.method !== "HEAD") requireOwnPage(request);
    });
    await demo.register(cookie);
    for (const [address, type, file] of pageFiles) {
      const content = readFileSync(file);
      demo.get(address, async (_request, reply) =>
        reply.headers(pageHeaders).type(`${type}; charset=utf-8`).send(content),
      );
    }
    await websiteRoutes(demo, service);
    await phoneRoutes(demo);
  };
  await server.register(plugin);
}

/**
 * Checks that a request comes from the demo's own pages. Pages of another port or of a rebound name (DNS
 * rebinding) must not sign anyone in or out.
 *
 * @throws HttpError ORIGIN_NOT_ALLOWED otherwise.
 */
function requireOwnPage(request: FastifyRequest): void {
  const { "sec-fetch-site": site = "same-origin" } = request.headers;
  if (isCrossOrigin(request) || site !== "same-origin" || !isTrustworthyHost(request.hostname))
    throw new HttpError(403, "ORIGIN_NOT_ALLOWED", "pages of this origin may not call the demo");
}

function pageFile(name: string): URL {
  return new URL(`./pages/${name}`, import.meta.url);
}
