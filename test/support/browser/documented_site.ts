import { readFileSync } from "node:fs";
import cookie from "@fastify/cookie";
import { transformSync } from "esbuild";
import fastify, { type FastifyInstance } from "fastify";
import { onTestFinished } from "vitest";
import {
  type ClientOptions,
  codeChallengeOf,
  createAppClient,
  createCodeVerifier,
} from "../../../src/client/index.js";
import { appSecrets } from "../server.js";

/** Running site of the app `shop`. */
export interface DocumentedSite {
  readonly origin: string;
  /** Returns the nickname in the session of these cookies. */
  signedIn(cookies: readonly { readonly name: string; readonly value: string }[]): string | undefined;
}

export interface DocumentedSiteOptions {
  readonly tls: { readonly cert: string; readonly key: string };
  /** Host name, which the browser resolves to this machine. */
  readonly host: string;
  /** Registers the site's backend: the documented one, or a vulnerable one. */
  readonly backend: (server: FastifyInstance, startSession: StartSession) => Promise<void>;
  /** Returns the page at `/`, once the site's origin is known. */
  readonly page: () => string;
}

export type StartSession = (user: { readonly nickname: string } | undefined) => Promise<string>;

/** Starts a site on a free port, with TLS. It is stopped at the end of the test. */
export async function startDocumentedSite({ tls, host, backend, page }: DocumentedSiteOptions) {
  const sessions = new Map<string, string>();
  const server: FastifyInstance = fastify({ https: tls, forceCloseConnections: true });
  onTestFinished(() => server.close());
  await server.register(cookie);
  await backend(server, async (user) => {
    const session = createCodeVerifier();
    sessions.set(session, user?.nickname ?? "");
    return session;
  });
  server.get("/", async (_request, reply) => reply.type("text/html; charset=utf-8").send(page()));
  const { port } = new URL(await server.listen({ host: "127.0.0.1", port: 0 }));
  const site: DocumentedSite = {
    origin: `https://${host}:${port}`,
    signedIn: (cookies) => sessions.get(cookies.find(({ name }) => name === "__Host-session")?.value ?? ""),
  };
  return site;
}

/** Returns the backend of docs/gateway.md, with only address and secret replaced. */
export function documentedBackend(service: ClientOptions): DocumentedSiteOptions["backend"] {
  return async (server, startSession) => {
    const typescript = blockOf("docs/gateway.md", "ts", "/login/challenge").replace(/^import .*$/m, "");
    const { code } = transformSync(typescript, { loader: "ts" });
    const names = ["server", "startSession", "createAppClient", "createCodeVerifier", "codeChallengeOf"];
    const connect = (options: { readonly appId: string }) => {
      const client = createAppClient({ ...options, ...service, appSecret: appSecrets.shop });
      server.addHook("onClose", async () => client.close());
      return client;
    };
    new Function(...names, code)(server, startSession, connect, createCodeVerifier, codeChallengeOf);
  };
}

/** Returns the page of docs/widget.md for a gateway that completes the sign-in. */
export const documentedPage = (): string => blockOf("docs/widget.md", "html", "startScanning");

/**
 * Returns that page with the script for a backend that exchanges, and with a gateway on another origin, as
 * documented.
 */
export function documentedPageWithBackend(gateway: string): string {
  const script = blockOf("docs/widget.md", "js", "codeChallenge").replace(
    'startScanning("qrcode", {',
    `startScanning("qrcode", { gateway: "${gateway}",`,
  );
  return documentedPage()
    .replace('"/qrlogin/v1/widget.js"', `"${gateway}/qrlogin/v1/widget.js"`)
    .replace(/<script>[\s\S]*<\/script>/, () => `<script>${script}</script>`);
}

/** Returns the only code block of a document in this language that contains the text. */
function blockOf(file: string, language: string, text: string): string {
  const blocks = readFileSync(file, "utf8").matchAll(/^```(\w+)\n([\s\S]*?)^```$/gm);
  const found = [...blocks].filter(([, name, code]) => name === language && code?.includes(text));
  const [, , code] = found[0] ?? [];
  if (code === undefined || found.length > 1)
    throw new Error(`${file} has ${found.length} blocks with ${text}, not 1`);
  return code;
}
