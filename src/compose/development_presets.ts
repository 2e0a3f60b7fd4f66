import { developmentApp, developmentLegacyApp, developmentPool } from "../auth/development_identities.js";
import type { AppConfig } from "../config/config.js";
import type { DevelopmentPreset } from "../config/load_config.js";
import { newSecret } from "../domain/secrets.js";

const origins = ["http", "https"].flatMap((scheme) =>
  ["localhost", "127.0.0.1", "[::1]"].map((host) => `${scheme}://${host}:*`),
);

/** Every field that an app can leave to its pages. The phone then shows an example of each field. */
const pageFields = ["deviceName", "location", "scene", "customData"] as const;

/** Returns the app's own name and logo, which the phone shows, for the gateway's pages. */
const displayOf = ({ id, name, logoUrl }: AppConfig) => ({ id, name, logo: logoUrl || undefined });

/** Returns the configuration of development mode. Each call generates a new key for sealing handles. */
export function developmentPresets(): DevelopmentPreset {
  return {
    apps: [developmentApp, developmentLegacyApp],
    userPools: [developmentPool],
    tokenIssuer: {
      issuer: "urn:qrlogin:development:tokens",
      keys: [{ generated: true }],
      tokenTtl: 60 * 60 * 1000,
      profileInAccessToken: false,
    },
    // With reflection, grpcurl and similar tools need no proto files.
    grpc: { reflection: true },
    gateway: {
      handleKeys: [newSecret()],
      apps: [
        {
          ...displayOf(developmentApp),
          secret: "demo-secret",
          origins,
          pageFields: [...pageFields],
        },
        {
          ...displayOf(developmentLegacyApp),
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
