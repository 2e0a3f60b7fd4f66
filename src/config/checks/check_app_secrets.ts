import { sha256Hex } from "../../domain/secrets.js";
import type { Problem } from "../config_error.js";
import type { PartialConfig } from "../schema/config_schema.js";

/**
 * Checks the secrets of the gateway's apps against their digests in the same file. With a mismatch, the
 * service would reject the gateway's credentials and the first sign-in would fail.
 */
export function checkAppSecrets({ apps = [], gateway }: PartialConfig): Problem[] {
  // An app whose id is invalid may be the intended one.
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
    const other = ["apps", position, "secretSha256"];
    return failure === undefined ? [] : [{ path: [...path, "secret"], message: failure, other }];
  });
}

function describeSecretMismatch(
  secret: string,
  digests: readonly string[],
  digestPath: string,
): string | undefined {
  if (digests.includes(sha256Hex(secret))) return undefined;
  if (digests.includes(secret.toLowerCase())) {
    return `is the digest in ${digestPath}: the gateway needs the secret itself, of which that is the SHA-256`;
  }
  if (digests.includes(sha256Hex(`${secret}\n`))) {
    return (
      `does not match ${digestPath}: it has the digest of this secret with a line break at its end ` +
      "(use printf '%s' instead of echo)"
    );
  }
  return `does not match ${digestPath}: none of these digests is the SHA-256 of this secret. Correct the secret, or add its digest there`;
}
