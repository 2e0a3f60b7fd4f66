import { change, type Mutation } from "./mutation.js";

/** Mutations of the gateway. */
export const gatewayMutations: readonly Mutation[] = [
  {
    defence: "forwarded addresses are believed from trusted proxies only",
    threat: "T1",
    title: "observes the address",
    changes: [
      change(
        "gateway/forwarded_headers.ts",
        "for (const name of forwardedHeaders) delete headers[name];",
        "",
      ),
    ],
  },
  {
    defence: "pages of other sites are rejected",
    threat: "T26",
    title: "a page of another site",
    changes: [
      change(
        "gateway/access/origin_check.ts",
        "if (hidesOrigin || (isCrossOrigin(request) && !isListed())) throw originNotAllowed(request);",
        "isListed();",
      ),
      change(
        "gateway/access/origin_check.ts",
        'if (isCrossOrigin(request) && !app.allowsOrigin(request.headers.origin ?? ""))',
        "if (app.id === request.headers.origin)",
      ),
    ],
  },
  {
    defence: "a handle belongs to its browser",
    threat: "T26",
    title: "login CSRF",
    changes: [
      change(
        "gateway/access/browser_cookie.ts",
        "return browserDigests.some((browserDigest) => isSameDigest(browserDigest, boundTo));",
        "return boundTo !== '' || browserDigests.length > 0;",
      ),
    ],
  },
  {
    defence: "a handle belongs to its browser",
    threat: "F1",
    title: "not bound to the session",
    changes: [
      change(
        "gateway/access/browser_cookie.ts",
        "return browserDigests.some((browserDigest) => isSameDigest(browserDigest, boundTo));",
        "return boundTo !== '' || browserDigests.length > 0;",
      ),
    ],
  },
  {
    defence: "the gateway exchanges for apps only",
    threat: "T27",
    title: "confused deputy",
    changes: [
      change(
        "gateway/routes/api_routes.ts",
        "const credentials = readBasicCredentials(request.headers.authorization, apps);\n      const app = apps.find(credentials?.appId);",
        "const app = apps.resolve(undefined);\n      const credentials: AppCredentials | undefined = app.credentials;",
      ),
    ],
  },
  {
    defence: "responses are not stored",
    threat: "T11",
    title: "Leaks",
    changes: [
      change(
        "gateway/plugin.ts",
        'reply.headers({ "cache-control": "no-store", [requestIdHeader]',
        'reply.headers({ "x-mutated": "yes", [requestIdHeader]',
      ),
    ],
  },
  {
    defence: "scripts cannot read the cookie",
    threat: "T11",
    title: "Leaks",
    changes: [change("gateway/access/browser_cookie.ts", "httpOnly: true,", "httpOnly: false,")],
  },
  {
    defence: "unknown fields are rejected",
    threat: "F4",
    title: "Ids that the client chooses",
    changes: [
      change(
        "gateway/routes/schemas.ts",
        "export const createTicketBody = z.strictObject({",
        "export const createTicketBody = z.object({",
      ),
    ],
  },
];
