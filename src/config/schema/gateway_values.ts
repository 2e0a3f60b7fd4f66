import * as z from "zod";
import { isLoopbackUrl } from "../../base/address.js";
import { parseTargetHosts } from "../../base/grpc_target.js";
import { parseWebOrigin } from "../../base/web_origin.js";
import { isCanonicalBase64url } from "../../domain/secrets.js";
import { isKnownSecret } from "../known_secrets.js";
import { describePattern } from "../secret_patterns.js";
import { formattedText, parseUrl } from "./values.js";

const targetFormat =
  "must be HOST:PORT with a port from 1 to 65535, or a gRPC target: dns:///HOST:PORT, ipv4:IP:PORT,IP:PORT, " +
  "ipv6:[IP]:PORT,[IP]:PORT or unix:/PATH";

/** Target of a gRPC client. */
export const grpcTarget = formattedText(targetFormat)
  .meta({ limits: "address, not port 0, or a gRPC target" })
  .refine((value) => parseTargetHosts(value) !== undefined, {
    error: ({ input }) =>
      /^https?:/.test(String(input))
        ? `${targetFormat}; without https:// in front, since "tls" beside it turns TLS on`
        : targetFormat,
  });

const handleKeyFormat =
  "must be 32 random bytes as base64url: openssl rand -base64 32 | tr '+/' '-_' | tr -d '='";

/** Key that seals handles: 32 random bytes, as canonical base64url. */
export const handleKey = formattedText(handleKeyFormat)
  .meta({ limits: "32 random bytes as base64url", pattern: "^[A-Za-z0-9_-]{43}$" })
  .refine((value) => isCanonicalBase64url(value, 32), { error: handleKeyFormat, abort: true })
  // Rejects a published key and the bytes of a placeholder, with which anyone could open the handles.
  .superRefine((value, context) => {
    const pattern = isKnownSecret(value)
      ? "is publicly known"
      : describePattern(Buffer.from(value, "base64url"));
    if (pattern === undefined) return;
    context.addIssue({ code: "custom", message: `${handleKeyFormat} (this one ${pattern})` });
  });

/** Returns the schema of a list without duplicates. Rejects the later one of two equal entries. */
export function distinct<T extends z.ZodType<readonly string[]>>(list: T) {
  return list.superRefine((entries, context) => {
    for (const [index, entry] of entries.entries()) {
      const first = entries.indexOf(entry);
      if (first === index) continue;
      context.addIssue({ code: "custom", path: [index], message: `is the same as the one at [${first}]` });
    }
  });
}

/**
 * Web origin exactly as browsers send it in the header `Origin`. On loopback the port may be `*`, for any
 * port.
 */
export const origin = z
  .string()
  .meta({ limits: "origin", pattern: "^https?://[^/]+$" })
  .superRefine((value, context) => {
    const message = describeOriginProblem(value);
    if (message !== undefined) context.addIssue({ code: "custom", message });
  });

function describeOriginProblem(text: string): string | undefined {
  const isAnyPort = text.endsWith(":*");
  const exact = isAnyPort ? text.slice(0, -2) : text;
  const url = parseUrl(exact);
  const isOrigin =
    (url?.protocol === "https:" || url?.protocol === "http:") &&
    url.origin === exact &&
    !(isAnyPort && url.port !== "") &&
    // The URL standard also allows host characters that have another meaning in a header.
    /^([a-z0-9._-]+|\[[0-9a-f:]+\])$/.test(url.hostname);
  if (!isOrigin) {
    const isUrl = url?.protocol === "https:" || url?.protocol === "http:";
    const meant = isUrl ? url : parseUrl(`https://${exact}`);
    const suggestion =
      meant && meant.username === "" && meant.password === "" ? parseWebOrigin(meant.origin) : undefined;
    return (
      "must be an origin exactly as browsers send it, such as https://shop.example.com: lower case, without path, " +
      "trailing slash or default port" +
      `${suggestion === undefined || suggestion === exact ? "" : `; here that is ${suggestion}`}`
    );
  }
  if (isLoopbackUrl(url)) return undefined;
  if (isAnyPort) return "must name the port: only localhost and loopback addresses may have *";
  return url.protocol === "http:" ? "must be an https origin: http is for loopback only" : undefined;
}
