import { randomBytes } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import type { RequestContext } from "oidc-provider";
import { vi } from "vitest";
import { codeChallengeOf, createCodeVerifier } from "../../src/client/index.js";

const scope = "openid profile";
/** Redirects of a sign-in: to the interaction, back, and to the app. */
const maxHops = 5;
// A universal link. For a custom scheme the package demands a form in which the user consents.
const redirectUri = "https://phone.example.com/callback";
const profile = { nickname: "Alice", name: "Alice Example" };

/** Client that may introspect. Its secret has characters that Basic credentials encode in a form. */
export const introspectionClient = { clientId: "qr login", clientSecret: "a+secret: 100% of/the&client" };

/** Tokens that a mobile app receives. */
export interface AppTokens {
  readonly access_token: string;
  readonly refresh_token: string;
  readonly id_token: string;
}

/** oidc-provider, whose access tokens are opaque. */
export interface OpaqueTokenIssuer {
  readonly issuer: string;
  readonly introspectionUri: string;
  readonly userInfoUri: string;
  /** Signs a user in to a mobile app by the authorization code flow with PKCE. */
  signIn(user: string, app: string): Promise<AppTokens>;
  revoke(token: string, app: string): Promise<void>;
  /** Returns the number of requests to a path. */
  asked(uri: string): number;
  close(): Promise<void>;
}

/** Starts the issuer for the given mobile apps. */
export async function startOpaqueTokenIssuer(apps: readonly string[]): Promise<OpaqueTokenIssuer> {
  // The package warns of the runtime and of development settings, which are meant here.
  vi.spyOn(console, "info").mockReturnValue();
  vi.spyOn(console, "warn").mockReturnValue();
  const { Provider } = await import("oidc-provider");
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const issuer = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const provider = new Provider(issuer, createConfiguration(apps));
  const serve = provider.callback();
  const counts = new Map<string, number>();
  server.on("request", (request, response) => {
    // Otherwise the service would keep connections, and a test would wait for their end.
    response.setHeader("connection", "close");
    const { pathname, searchParams } = new URL(request.url ?? "/", issuer);
    counts.set(pathname, (counts.get(pathname) ?? 0) + 1);
    if (!pathname.startsWith("/interaction/")) return void serve(request, response);
    // Stands for the form in which a person signs in.
    const login = { accountId: searchParams.get("user") ?? "" };
    provider
      .interactionFinished(request, response, { login })
      .catch((error) => response.writeHead(500).end(String(error)));
  });
  const post = (path: string, parameters: Record<string, string>) =>
    fetch(`${issuer}${path}`, { method: "POST", body: new URLSearchParams(parameters) });

  return {
    issuer,
    introspectionUri: `${issuer}/token/introspection`,
    userInfoUri: `${issuer}/me`,
    async signIn(user, app) {
      const verifier = createCodeVerifier();
      const query = new URLSearchParams({
        ...{ client_id: app, response_type: "code", redirect_uri: redirectUri, scope },
        ...{ code_challenge: codeChallengeOf(verifier), code_challenge_method: "S256" },
      });
      const code = await followToCode(`${issuer}/auth?${query}`, user);
      const grant = { grant_type: "authorization_code", code, redirect_uri: redirectUri };
      const response = await post("/token", { ...grant, client_id: app, code_verifier: verifier });
      if (response.status !== 200) throw new Error(`no tokens: ${await response.text()}`);
      return (await response.json()) as AppTokens;
    },
    async revoke(token, app) {
      const { status } = await post("/token/revocation", { token, client_id: app });
      if (status !== 200) throw new Error(`the token was not revoked: ${status}`);
    },
    asked: (uri) => counts.get(new URL(uri).pathname) ?? 0,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}

function createConfiguration(apps: readonly string[]): object {
  const { clientId, clientSecret } = introspectionClient;
  return {
    clients: [
      ...apps.map((id) => ({
        ...{ client_id: id, token_endpoint_auth_method: "none" },
        ...{ redirect_uris: [redirectUri], grant_types: ["authorization_code", "refresh_token"] },
      })),
      {
        ...{ client_id: clientId, client_secret: clientSecret },
        ...{ redirect_uris: [], grant_types: [], response_types: [] },
      },
    ],
    claims: { openid: ["sub"], profile: Object.keys(profile) },
    cookies: { keys: [randomBytes(16).toString("hex")] },
    findAccount: (_: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, ...profile }),
    }),
    issueRefreshToken: () => true,
    interactions: { url: (_: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    async loadExistingGrant({ oidc: { client, provider, session } }: RequestContext) {
      const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
      grant.addOIDCScope(scope);
      await grant.save();
      return grant;
    },
    features: {
      ...{ devInteractions: { enabled: false }, introspection: { enabled: true } },
      revocation: { enabled: true },
    },
    ttl: { AccessToken: 3_600, Grant: 3_600, IdToken: 3_600, Interaction: 600, Session: 3_600 },
  };
}

/** Follows the redirects of a sign-in as a browser does, and resolves with the authorization code. */
async function followToCode(start: string, user: string): Promise<string> {
  const cookies = new Map<string, string>();
  let url = new URL(start);
  for (let hops = 0; !url.href.startsWith(redirectUri); hops += 1) {
    if (hops === maxHops) throw new Error(`too many redirects, the last one to ${url.pathname}`);
    if (url.pathname.startsWith("/interaction/")) url.searchParams.set("user", user);
    const cookie = [...cookies].map(([name, value]) => `${name}=${value}`).join("; ");
    const response = await fetch(url, { headers: { cookie }, redirect: "manual" });
    for (const line of response.headers.getSetCookie()) {
      const [, name = "", value = ""] = /^([^=]+)=([^;]*)/.exec(line) ?? [];
      cookies.set(name, value);
    }
    const location = response.headers.get("location");
    if (location === null) throw new Error(`no redirect from ${url.pathname}: ${await response.text()}`);
    url = new URL(location, url);
  }
  const code = url.searchParams.get("code");
  if (code === null) throw new Error(`no code: ${url.searchParams}`);
  return code;
}
