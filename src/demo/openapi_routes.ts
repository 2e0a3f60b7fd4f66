import { readFileSync } from "node:fs";
import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { FastifyInstance, FastifyPluginAsync } from "fastify";
import { systemClock } from "../base/clock.js";
import { sendProblem } from "../gateway/http/error_handler.js";
import { HttpError } from "../gateway/http/http_error.js";
import { logRequests } from "../gateway/http/request_log.js";
import { ownOriginOf } from "../gateway/http/request_origin.js";
import { createPageHeaders } from "./page_headers.js";

// The same relative path works from the sources and from the compiled files.
const file = new URL("../../gen/openapi.json", import.meta.url);

const { resolve: resolveModule } = createRequire(import.meta.url);

/** Path of the service's methods at the gateway. */
const methodPath = /^\/qrlogin\.v1\.QrLoginService\/(?<method>\w+)$/;

// The strictest policy with which Swagger UI works. `data:` is for its icons.
const pageHeaders = createPageHeaders("data:");

/** Files of the page that renders the description, by address. */
const pageFiles: readonly (readonly [address: string, type: string, module: string])[] = [
  ["/qrlogin/docs", "text/html", "./pages/docs.html"],
  ["/qrlogin/docs/docs.js", "text/javascript", "./pages/docs.js"],
  ["/qrlogin/docs/swagger-ui.js", "text/javascript", "swagger-ui-dist/swagger-ui-bundle.js"],
  ["/qrlogin/docs/swagger-ui.css", "text/css", "swagger-ui-dist/swagger-ui.css"],
];

/** The parts of an OpenAPI description that depend on the gateway. */
interface Description {
  readonly tags: readonly { readonly name: string }[];
  readonly paths: Readonly<Record<string, Readonly<Record<string, { readonly tags: readonly string[] }>>>>;
}

/**
 * Registers the OpenAPI description at `/qrlogin/openapi.json`, and at `/qrlogin/docs` a page that renders it. For
 * development mode only.
 *
 * @param rpcMethods Methods of the service that the gateway serves. The description leaves out all others.
 * @param resolve Returns the path of a module, or throws if it is not installed.
 */
export async function openapiRoutes(
  server: FastifyInstance,
  rpcMethods: readonly string[],
  resolve: (module: string) => string = resolveModule,
): Promise<void> {
  const description = JSON.parse(readFileSync(file, "utf8")) as Description;
  const served = describeServed(description, rpcMethods);

  const plugin: FastifyPluginAsync = async (instance) => {
    logRequests(instance, systemClock);
    instance.setErrorHandler(sendProblem);
    instance.addHook("onRequest", async (_request, reply) => {
      reply.header("cache-control", "no-store");
    });
    instance.get("/qrlogin/openapi.json", async (request) => {
      return { ...served, servers: [{ url: ownOriginOf(request) ?? "/" }] };
    });
    for (const [address, type, module] of pageFiles) {
      instance.get(address, async (_request, reply) => {
        requireSwaggerUi(resolve);
        const content = await readFile(
          module.startsWith(".") ? new URL(module, import.meta.url) : resolve(module),
        );
        return reply.headers(pageHeaders).type(`${type}; charset=utf-8`).send(content);
      });
    }
  };
  await server.register(plugin);
}

/** Returns the description without the methods that the gateway does not serve, and without tags that nothing has. */
function describeServed(description: Description, rpcMethods: readonly string[]): Description {
  const isServed = (path: string) => {
    const method = methodPath.exec(path)?.groups?.method;
    return method === undefined || rpcMethods.includes(method);
  };
  const paths = Object.fromEntries(Object.entries(description.paths).filter(([path]) => isServed(path)));
  const operations = Object.values(paths).flatMap((methods) => Object.values(methods));
  const tags = description.tags.filter(({ name }) => operations.some((one) => one.tags.includes(name)));
  return { ...description, tags, paths };
}

/**
 * Checks that the package is installed that renders the page. A production installation does not have it.
 *
 * @throws HttpError ROUTE_NOT_FOUND otherwise.
 */
function requireSwaggerUi(resolve: (module: string) => string): void {
  try {
    resolve("swagger-ui-dist/package.json");
  } catch {
    const text =
      "this page needs the package swagger-ui-dist: run npm install --no-save swagger-ui-dist, " +
      "or open /qrlogin/openapi.json in another viewer";
    throw new HttpError(404, "ROUTE_NOT_FOUND", text);
  }
}
