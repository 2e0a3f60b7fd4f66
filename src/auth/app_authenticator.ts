import { parseBasicCredentials } from "../base/basic_credentials.js";
import type { AppConfig } from "../config/config.js";
import { isSameDigest, sha256, sha256Hex } from "../domain/secrets.js";
import { TicketError } from "../domain/ticket_error.js";

/** Authenticator of the calling app. */
export interface AppAuthenticator {
  /**
   * Returns the app that the values of the metadata key `authorization` authenticate.
   *
   * @throws TicketError APP_UNAUTHENTICATED with one fixed message. The cause states the failure, for the
   * log.
   */
  authenticate(authorization: readonly string[]): AppConfig;
}

/** Longest `authorization` value that is parsed, in characters. */
const maxLength = 2048;

const canonicalScheme = /^Basic [^ ]/;

// Filler with the length of a digest, which no digest equals.
const noDigest = "-".repeat(64);

/**
 * Creates an authenticator for `Basic base64(app_id:app_secret)` (RFC 7617). Accepts exactly one value, in
 * canonical base64 (padded) of UTF-8. Id and secret may be form-encoded first, as OAuth clients do (RFC 6749,
 * section 2.3.1). An app may have several secrets at a time, for rotation. An app id cannot contain a colon.
 */
export function createAppAuthenticator(apps: readonly AppConfig[]): AppAuthenticator {
  // Every call costs the same number of comparisons, so that timing does not distinguish an unknown app from
  // a wrong secret.
  const digestsPerApp = Math.max(1, ...apps.map((app) => app.secretSha256.length));
  const padded = (digests: readonly string[]): readonly string[] => [
    ...digests,
    ...Array<string>(digestsPerApp - digests.length).fill(noDigest),
  ];
  const configured = new Map(apps.map((app) => [app.id, { app, digests: padded(app.secretSha256) }]));
  const unknown = { app: undefined, digests: padded([]) };
  // Caches values that have authenticated an app, by SHA-256. A repeated value costs one hash, and no
  // credential is kept.
  const cache = new Map<string, AppConfig>();

  return {
    authenticate(authorization) {
      const [value] = authorization;
      if (value === undefined || authorization.length !== 1)
        throw appUnauthenticated(`there are ${authorization.length} authorization values instead of one`);
      if (value.length > maxLength) throw appUnauthenticated("the authorization value is too long");
      const valueDigest = sha256(value);
      const cachedApp = cache.get(valueDigest);
      if (cachedApp) return cachedApp;
      const read = parseBasicCredentials(value);
      if ("failure" in read) throw appUnauthenticated(read.failure);
      const { id, secret, formDecoded } = read;
      const { app, digests } = configured.get(id) ?? configured.get(formDecoded.id) ?? unknown;
      const presented = sha256Hex(secret);
      const presentedDecoded = formDecoded.secret === secret ? presented : sha256Hex(formDecoded.secret);
      let isRight = false;
      let isRightDecoded = false;
      for (const known of digests) {
        // No early exit: the time must not reveal which secret matched, or in which encoding.
        if (isSameDigest(presented, known)) isRight = true;
        if (isSameDigest(presentedDecoded, known)) isRightDecoded = true;
      }
      // An unknown id may be a secret in the wrong place, so it is not logged.
      if (!app) throw appUnauthenticated(`no app has the given id, of ${id.length} characters`);
      if (!isRight && !isRightDecoded) throw appUnauthenticated(`the secret of the app ${app.id} is wrong`);
      // Caches only the literal form with the usual spelling "Basic ", so that there is at most one entry for
      // each secret.
      if (isRight && app.id === id && canonicalScheme.test(value)) cache.set(valueDigest, app);
      return app;
    },
  };
}

/**
 * Creates the error. `cause` is for the log and contains no secret; it is a string because creating an Error
 * would double the cost of an unauthenticated call.
 */
function appUnauthenticated(cause: string): TicketError {
  return new TicketError("APP_UNAUTHENTICATED", undefined, { cause });
}
