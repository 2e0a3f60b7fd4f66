import { readFileSync } from "node:fs";
import { createRequire } from "node:module";
import cookie from "@fastify/cookie";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import type { ClientOptions } from "../client/index.js";
import { phoneRoutes } from "./phone.js";
import { websiteRoutes } from "./website.js";

// As strict as a site's policy can be: the widget needs no more, and `data:` is for the portraits of the demo users.
const policy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "connect-src 'self'",
  "media-src 'self' blob:",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const mediaTypes = { html: "text/html", css: "text/css", js: "text/javascript" } as const;

/** Where each page and its parts are found, by their address. */
const files: Readonly<Record<string, URL>> = {
  "/": page("website.html"),
  "/demo/website.css": page("website.css"),
  "/demo/website.js": page("website.js"),
  "/phone": page("phone.html"),
  "/demo/phone.css": page("phone.css"),
  "/demo/phone.js": page("phone.js"),
  "/demo/jsqr.js": new URL(`file://${createRequire(import.meta.url).resolve("jsqr")}`),
};

/** The demo: a website at `/`, and at `/phone` a page that plays the phone. For development mode alone. */
export async function demoRoutes(instance: FastifyInstance, service: ClientOptions): Promise<void> {
  for (const [address, file] of Object.entries(files)) {
    const content = readFileSync(file);
    const kind = file.pathname.split(".").at(-1) as keyof typeof mediaTypes;
    instance.get(address, async (_request, reply) =>
      reply
        .header("content-security-policy", policy)
        .header("cache-control", "no-cache")
        .header("x-content-type-options", "nosniff")
        .header("referrer-policy", "no-referrer")
        .type(`${mediaTypes[kind]}; charset=utf-8`)
        .send(content),
    );
  }
  const website: FastifyPluginAsync = (child) => websiteRoutes(child, service);
  const phone: FastifyPluginAsync = (child) => phoneRoutes(child, service);
  await instance.register(cookie);
  await instance.register(website);
  await instance.register(phone);
}

function page(name: string): URL {
  return new URL(`./pages/${name}`, import.meta.url);
}
