import { createHash } from "node:crypto";
import { readdirSync, readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";
import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";

// The same relative path works from the sources and from the compiled files.
const folder = new URL("../../../gen/widget/", import.meta.url);

const options = { config: { rateLimit: false as const } };

/** Lets a page load a new release soon. */
const shortCache = "public, max-age=300";

/** For an address with the version of its content. */
const longCache = "public, max-age=31536000, immutable";

/**
 * Adds the routes that serve the widget as one script, and its languages besides English. Pages of any site may load
 * them, since they contain no private data.
 */
export async function widgetRoute(instance: FastifyInstance): Promise<void> {
  const script = readAsset("qr-login.js", "text/javascript; charset=utf-8");
  instance.get("/widget.js", options, async (request, reply) => send(script, shortCache, request, reply));

  const languageOptions = { config: { ...options.config, anyOrigin: true } };
  for (const name of readdirSync(new URL("languages/", folder))) {
    const language = readAsset(`languages/${name}`, "application/json; charset=utf-8");
    instance.get(`/languages/${name}`, languageOptions, async (request, reply) => {
      // A widget of another release gets the same texts, but must not keep them for its own version.
      const isVersion = (request.query as { v?: unknown }).v === language.version;
      return send(language, isVersion ? longCache : shortCache, request, reply);
    });
  }
}

/** File of the widget, as it is and compressed. */
interface Asset {
  readonly content: Buffer;
  readonly gzipped: Buffer;
  readonly type: string;
  readonly etag: string;
  /** First digits of its SHA-256, which the widget has in its address. */
  readonly version: string;
}

function readAsset(name: string, type: string): Asset {
  const content = readFileSync(new URL(name, folder));
  const digest = createHash("sha256").update(content).digest();
  return {
    content,
    gzipped: gzipSync(content, { level: 9 }),
    type,
    etag: `W/"${digest.toString("base64url").slice(0, 22)}"`,
    version: digest.toString("hex").slice(0, 8),
  };
}

function send(
  { content, gzipped, type, etag }: Asset,
  cacheControl: string,
  request: FastifyRequest,
  reply: FastifyReply,
): FastifyReply {
  reply
    .header("cache-control", cacheControl)
    .header("cross-origin-resource-policy", "cross-origin")
    .header("etag", etag)
    .header("vary", "origin, accept-encoding")
    .type(type);
  if (request.headers["if-none-match"] === etag) return reply.code(304).send();
  const acceptsGzip = /\bgzip\b(?!;\s*q=0(\.0*)?(,|$))/i.test(
    String(request.headers["accept-encoding"] ?? ""),
  );
  return acceptsGzip ? reply.header("content-encoding", "gzip").send(gzipped) : reply.send(content);
}
