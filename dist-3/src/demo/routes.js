import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import cookie from "@fastify/cookie";
import { systemClock } from "../domain/clock.js";
import { isLoopbackName } from "../gateway/browser.js";
import { sendProblem } from "../gateway/errors.js";
import { onlyJson } from "../gateway/json_bodies.js";
import { isEmbedded } from "../gateway/origins.js";
import { HttpRefusal } from "../gateway/refusal.js";
import { logRequests } from "../gateway/request_log.js";
import { phoneRoutes } from "./phone.js";
import { websiteRoutes } from "./website.js";
// As strict as a site's policy can be: the widget needs no more. `data:` is for the portraits of the demo users, `blob:` for
// the picture that the phone is given to read.
const policy = [
    "default-src 'none'",
    "script-src 'self'",
    "style-src 'self'",
    "img-src 'self' data: blob:",
    "connect-src 'self'",
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
].join("; ");
const pageHeaders = {
    "content-security-policy": policy,
    "cache-control": "no-cache",
    "x-content-type-options": "nosniff",
    "referrer-policy": "no-referrer",
};
const html = "text/html";
const css = "text/css";
const javascript = "text/javascript";
const svg = "image/svg+xml";
/** Each page and its parts: address, media type and file. */
const files = [
    ["/", html, page("website.html")],
    ["/demo/website.css", css, page("website.css")],
    ["/demo/website.js", javascript, page("website.js")],
    ["/demo/copy_code.js", javascript, page("copy_code.js")],
    ["/demo/shelf.svg", svg, page("shelf.svg")],
    ["/phone", html, page("phone.html")],
    ["/demo/phone.css", css, page("phone.css")],
    ["/demo/phone.js", javascript, page("phone.js")],
    ["/demo/phone_reader.js", javascript, page("phone_reader.js")],
    ["/demo/phone_context.js", javascript, page("phone_context.js")],
    ["/demo/phone_words.js", javascript, page("phone_words.js")],
    ["/demo/jsqr.js", javascript, new URL(`file://${createRequire(import.meta.url).resolve("jsqr")}`)],
];
/** The demo: a website at `/`, and at `/phone` a page that plays the phone. For development mode alone. */
export async function demoRoutes(server, service) {
    const pages = async (demo) => {
        logRequests(demo, systemClock);
        onlyJson(demo);
        demo.setErrorHandler(sendProblem);
        demo.addHook("onRequest", async (request, reply) => {
            reply.header("cache-control", "no-store");
            if (request.method !== "GET" && request.method !== "HEAD")
                demandOwnPage(request);
        });
        await demo.register(cookie);
        for (const [address, type, file] of files) {
            const content = readFileSync(file);
            demo.get(address, async (_request, reply) => reply.headers(pageHeaders).type(`${type}; charset=utf-8`).send(content));
        }
        await websiteRoutes(demo, service);
        await phoneRoutes(demo, service);
    };
    await server.register(pages);
}
/**
 * Nobody's page but the demo's own may sign anybody in or out: not one of another port of this machine either,
 * nor one whose name has been turned towards this machine (DNS rebinding).
 */
function demandOwnPage(request) {
    const { "sec-fetch-site": site = "same-origin" } = request.headers;
    if (isEmbedded(request) || site !== "same-origin" || !isLoopbackName(request.hostname))
        throw new HttpRefusal(403, "ORIGIN_NOT_ALLOWED", "pages of this origin may not call");
}
function page(name) {
    return new URL(`./pages/${name}`, import.meta.url);
}
