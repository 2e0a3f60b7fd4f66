import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import type { AddressInfo } from "node:net";
import { Provider, type RequestContext } from "oidc-provider";
import { credential } from "./servers.js";

// The peer for a complete sign-in: the device grant (RFC 8628) of oidc-provider, with tickets in memory and
// tokens signed with ES256. It does less than the service: it writes no log, its pages are plain forms, and
// consent is assumed.

const scope = "openid profile";
const api = "urn:bench:api";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const claims = { nickname: "Alice", name: "Alice Example", picture: "https://photos.example.com/alice.png" };

const server = createServer().listen(0, "127.0.0.1", () => {
  const { port } = server.address() as AddressInfo;
  const address = `127.0.0.1:${port}`;
  const provider = new Provider(`http://${address}`, {
    clients: [
      {
        client_id: credential.appId,
        client_secret: credential.secret,
        ...{
          grant_types: ["urn:ietf:params:oauth:grant-type:device_code"],
          redirect_uris: [],
          response_types: [],
        },
        id_token_signed_response_alg: "ES256",
      },
    ],
    jwks: { keys: [{ ...privateKey.export({ format: "jwk" }), use: "sig", alg: "ES256", kid: "bench" }] },
    cookies: { keys: [randomUUID()] },
    claims: { openid: ["sub"], profile: Object.keys(claims) },
    conformIdTokenClaims: false,
    findAccount: (_ctx: unknown, accountId: string) => ({
      accountId,
      claims: () => ({ sub: accountId, ...claims }),
    }),
    loadExistingGrant,
    interactions: { url: (_ctx: unknown, { uid }: { uid: string }) => `/interaction/${uid}` },
    ttl: {
      AccessToken: 3_600,
      DeviceCode: 600,
      Grant: 3_600,
      IdToken: 3_600,
      Interaction: 600,
      Session: 3_600,
    },
    features: {
      devInteractions: { enabled: false },
      deviceFlow: {
        enabled: true,
        userCodeInputSource: form,
        userCodeConfirmSource: form,
        successSource: done,
      },
      resourceIndicators: {
        enabled: true,
        defaultResource: () => api,
        useGrantedResource: () => true,
        getResourceServerInfo: () => ({
          ...{ scope: "", audience: api, accessTokenFormat: "jwt" },
          jwt: { sign: { alg: "ES256" } },
        }),
      },
    },
  });
  const serve = provider.callback();
  server.on("request", (request, response) => {
    // The user signs in once per session, before the measurement.
    if (!request.url?.startsWith("/interaction/")) return void serve(request, response);
    provider
      .interactionFinished(request, response, { login: { accountId: "alice" } })
      .catch((error) => response.writeHead(500).end(String(error)));
  });
  console.log(`listening on ${address}`);
});

async function loadExistingGrant({ oidc: { client, provider, session } }: RequestContext) {
  const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
  grant.addOIDCScope(scope);
  grant.addResourceScope(api, "");
  await grant.save();
  return grant;
}

function form(ctx: RequestContext, html: string): void {
  ctx.body = html;
}

function done(ctx: RequestContext): void {
  ctx.body = "signed in";
}

process.on("disconnect", () => process.exit());
