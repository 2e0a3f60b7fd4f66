import { developmentApp, developmentLegacyApp, developmentPool } from "../auth/development_identities.js";
import type { DevelopmentPreset } from "../config/load_config.js";
import { newSecret } from "../domain/secrets.js";

const origins = ["http", "https"].flatMap((scheme) =>
  ["localhost", "127.0.0.1", "[::1]"].map((host) => `${scheme}://${host}:*`),
);

/** All that an app can leave to its pages, so that the phone shows what claims look like. */
const pageFields = ["deviceName", "location", "scene", "customData"] as const;

/** What development mode has for lack of a configuration. The key that seals handles is fresh with each call. */
export function developmentPresets(): DevelopmentPreset {
  return {
    apps: [developmentApp, developmentLegacyApp],
    userPools: [developmentPool],
    tokenIssuer: {
      issuer: "urn:qrlogin:development:tokens",
      keys: [{ generated: true }],
      tokenTtl: 60 * 60 * 1000,
    },
    // Tools such as grpcurl then need no proto files.
    grpc: { reflection: true },
    gateway: {
      handleKeys: [newSecret()],
      apps: [
        { id: developmentApp.id, secret: "demo-secret", origins, pageFields: [...pageFields] },
        {
          id: developmentLegacyApp.id,
          secret: "legacy-secret",
          origins,
          pageFields: [...pageFields],
          exchangeFromBrowser: true,
          fullUserInStatus: true,
        },
      ],
    },
  };
}
