import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { FastifyInstance } from "fastify";

// The same relative path works from the sources and from the compiled files.
const file = new URL("../../../gen/widget/qr-login.js", import.meta.url);

/**
 * Adds the route that serves the widget as one script. Pages of any site may load it, since it contains no
 * private data.
 */
export async function widgetRoute(instance: FastifyInstance): Promise<void> {
  const script = readFileSync(file);
  const gzipped = gzipSync(script, { level: 9 });
  const etag = `W/"${createHash("sha256").update(script).digest("base64url").slice(0, 22)}"`;

  instance.get("/widget.js", { config: { rateLimit: false } }, async (request, reply) => {
    reply
      .header("cache-control", "public, max-age=300")
      .header("cross-origin-resource-policy", "cross-origin")
      .header("etag", etag)
      .header("vary", "origin, accept-encoding")
      .type("text/javascript; charset=utf-8");
    if (request.headers["if-none-match"] === etag) return reply.code(304).send();
    const acceptsGzip = /\bgzip\b(?!;\s*q=0(\.0*)?(,|$))/i.test(
      String(request.headers["accept-encoding"] ?? ""),
    );
    return acceptsGzip ? reply.header("content-encoding", "gzip").send(gzipped) : script;
  });
}
