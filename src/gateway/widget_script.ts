import { createHash } from "node:crypto";
import { readFileSync } from "node:fs";
import type { FastifyInstance } from "fastify";

// Beside the sources as beside what is built of them.
const file = new URL("../../gen/widget/qr-login.js", import.meta.url);

/** Serves the widget as one script, for pages of any site: it holds nothing that is anybody's. */
export async function widgetRoutes(instance: FastifyInstance): Promise<void> {
  const script = readFileSync(file, "utf8");
  const etag = `"${createHash("sha256").update(script).digest("base64url").slice(0, 22)}"`;

  instance.get("/widget.js", { config: { rateLimit: false } }, async (request, reply) => {
    reply
      .header("cache-control", "public, max-age=300")
      .header("cross-origin-resource-policy", "cross-origin")
      .header("etag", etag)
      .type("text/javascript; charset=utf-8");
    return request.headers["if-none-match"] === etag ? reply.code(304).send() : script;
  });
}
