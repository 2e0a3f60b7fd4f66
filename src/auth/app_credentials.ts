import type { AppConfig } from "../config/config.js";
import { type BasicCredentials, readBasic } from "../domain/basic_credentials.js";
import { Refusal } from "../domain/refusal.js";
import { hexDigest, sameDigest } from "../domain/secrets.js";

/** Tells which app calls. */
export interface AppAuthenticator {
  /**
   * The app that the values of the metadata key `authorization` name and prove.
   *
   * @throws Refusal APP_UNAUTHENTICATED with one fixed text, whatever is wrong. Its cause says which, for the log.
   */
  authenticate(authorization: readonly string[]): AppConfig;
}

// As long as a digest and never equal to one.
const noDigest = "-".repeat(64);

/**
 * Knows apps by `Basic base64(app_id:app_secret)` (RFC 7617) in its one canonical form: padded, UTF-8, and exactly one
 * value. Id and secret may be encoded as form fields before that, as OAuth clients do (RFC 6749, section 2.3.1). An app may have
 * several secrets at a time, so that they can be rotated. An app id may not hold a colon.
 */
export function createAppAuthenticator(apps: readonly AppConfig[]): AppAuthenticator {
  // Every caller costs the same number of comparisons: an unknown app is not told apart from a wrong secret.
  const comparisons = Math.max(1, ...apps.map((app) => app.secretSha256.length));
  const padded = (digests: readonly string[]): readonly string[] => [
    ...digests,
    ...Array<string>(comparisons - digests.length).fill(noDigest),
  ];
  const known = new Map(apps.map((app) => [app.id, { app, digests: padded(app.secretSha256) }]));
  const unknown = { app: undefined, digests: padded([]) };

  return {
    authenticate(authorization) {
      const { id, secret, decoded } = credentialIn(authorization);
      const { app, digests } = known.get(id) ?? known.get(decoded.id) ?? unknown;
      const presented = hexDigest(secret);
      const presentedDecoded = decoded.secret === secret ? presented : hexDigest(decoded.secret);
      let right = false;
      for (const digest of digests) {
        // No early end: the time does not tell which secret fitted, nor in which form.
        if (sameDigest(presented, digest)) right = true;
        if (sameDigest(presentedDecoded, digest)) right = true;
      }
      // An id that nobody has may be a secret in the wrong place, so it stays out of the log.
      if (!app) throw unauthenticated(`no app has the id that came, of ${id.length} characters`);
      if (!right) throw unauthenticated(`the secret of the app ${app.id} is wrong`);
      return app;
    },
  };
}

function credentialIn(authorization: readonly string[]): BasicCredentials {
  const [value] = authorization;
  if (value === undefined || authorization.length !== 1) {
    throw unauthenticated(`there are ${authorization.length} authorization values and not one`);
  }
  const read = readBasic(value);
  if ("failure" in read) throw unauthenticated(read.failure);
  return read;
}

/** `why` is for the log, and holds no secret. A text, since an Error would cost a stranger's call twice its time. */
function unauthenticated(why: string): Refusal {
  return new Refusal("APP_UNAUTHENTICATED", undefined, { cause: why });
}
