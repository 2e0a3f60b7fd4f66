import { sha256Hex } from "../../domain/secrets.js";
import type { Problem } from "../config_error.js";
import { isKnownSecret } from "../known_secrets.js";
import type { PartialConfig } from "../schema/config_schema.js";

/**
 * Mistakes between the secrets of the gateway's apps and their digests in the same file: the service would refuse what the gateway
 * presents, and pages would be told of a failure at the first sign-in.
 */
export function checkAppSecrets({ apps = [], gateway }: PartialConfig): Problem[] {
  // An app whose id could not be understood may be the one that is meant.
  if (apps.length === 0 || apps.some((app) => app?.id === undefined)) return [];
  return (gateway?.apps ?? []).flatMap((app, index) => {
    if (app?.id === undefined) return [];
    const path = ["gateway", "apps", index];
    const position = apps.findIndex(({ id } = {}) => id === app.id);
    if (position < 0) {
      const ids = apps.map((each) => each?.id).join(", ");
      return [{ path: [...path, "id"], message: `is not the id of one of the apps: ${ids}` }];
    }
    const digests = apps[position]?.secretSha256;
    if (app.secret === undefined || !digests?.every((digest) => digest !== undefined)) return [];
    const failure = describeSecretMismatch(app.secret, digests, `apps[${position}].secretSha256`);
    return failure === undefined ? [] : [{ path: [...path, "secret"], message: failure }];
  });
}

function describeSecretMismatch(
  secret: string,
  digests: readonly string[],
  digestPath: string,
): string | undefined {
  if (digests.includes(sha256Hex(secret))) return undefined;
  if (digests.includes(sha256Hex(`${secret}\n`))) {
    return `does not fit ${digestPath}: that is the digest of this secret with a line break at its end (use printf '%s' and not echo)`;
  }
  return `does not fit ${digestPath}: none of the digests there is the SHA-256 of this secret`;
}

/** Secrets of the gateway's apps that stand in documents and examples. */
export function checkKnownSecrets({ gateway }: PartialConfig): Problem[] {
  return (gateway?.apps ?? []).flatMap((app, index) => {
    if (app?.secret === undefined || !isKnownSecret(app.secret)) return [];
    const message =
      "is a secret that everybody knows: make one with npm run --silent qrlogin -- app-secret, and put its digest " +
      "into secretSha256 of the app";
    return [{ path: ["gateway", "apps", index, "secret"], message }];
  });
}
