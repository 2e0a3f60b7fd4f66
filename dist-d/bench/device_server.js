import { generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";
import { Provider } from "oidc-provider";
import { credential } from "./servers.js";
// The peer of a whole sign-in: the device grant (RFC 8628) of oidc-provider, tickets in memory, tokens signed with ES256. It is
// spared what the service does beside: it writes no log, its pages are bare forms, and consent is taken for granted.
const scope = "openid profile";
const api = "urn:bench:api";
const { privateKey } = generateKeyPairSync("ec", { namedCurve: "P-256" });
const claims = { nickname: "Alice", name: "Alice Example", picture: "https://photos.example.com/alice.png" };
const server = createServer().listen(0, "127.0.0.1", () => {
    const { port } = server.address();
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
        findAccount: (_ctx, accountId) => ({
            accountId,
            claims: () => ({ sub: accountId, ...claims }),
        }),
        loadExistingGrant,
        interactions: { url: (_ctx, { uid }) => `/interaction/${uid}` },
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
        // The user signs in once for each session, before anything is measured.
        if (!request.url?.startsWith("/interaction/"))
            return void serve(request, response);
        provider
            .interactionFinished(request, response, { login: { accountId: "alice" } })
            .catch((error) => response.writeHead(500).end(String(error)));
    });
    console.log(`listening on ${address}`);
});
async function loadExistingGrant({ oidc: { client, provider, session } }) {
    const grant = new provider.Grant({ clientId: client.clientId, accountId: session.accountId });
    grant.addOIDCScope(scope);
    grant.addResourceScope(api, "");
    await grant.save();
    return grant;
}
function form(ctx, html) {
    ctx.body = html;
}
function done(ctx) {
    ctx.body = "signed in";
}
process.on("disconnect", () => process.exit());
