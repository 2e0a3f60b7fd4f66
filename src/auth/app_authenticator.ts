import { parseBasicCredentials } from "../base/basic_credentials.js";
import type { AppConfig } from "../config/config.js";
import { isSameDigest, sha256, sha256Hex } from "../domain/secrets.js";
import { TicketError } from "../domain/ticket_error.js";

/** Tells which app calls. */
export interface AppAuthenticator {
  /**
   * The app that the values of the metadata key `authorization` name and prove.
   *
   * @throws TicketError APP_UNAUTHENTICATED with one fixed text, whatever is wrong. Its cause says which, for the log.
   */
  authenticate(authorization: readonly string[]): AppConfig;
}

/** Longest `authorization` value that is looked at, in characters. */
const maxLength = 2048;

const canonicalScheme = /^Basic [^ ]/;

// As long as a digest and never equal to one.
const noDigest = "-".repeat(64);

/**
 * Knows apps by `Basic base64(app_id:app_secret)` (RFC 7617) in its one canonical form: padded, UTF-8, and exactly one
 * value. Id and secret may be encoded as form fields before that, as OAuth clients do (RFC 6749, section 2.3.1). An app may have
 * several secrets at a time, so that they can be rotated. An app id may not hold a colon.
 */
export function createAppAuthenticator(apps: readonly AppConfig[]): AppAuthenticator {
  // Every caller costs the same number of comparisons: an unknown app is not told apart from a wrong secret.
  const digestsPerApp = Math.max(1, ...apps.map((app) => app.secretSha256.length));
  const padded = (digests: readonly string[]): readonly string[] => [
    ...digests,
    ...Array<string>(digestsPerApp - digests.length).fill(noDigest),
  ];
  const configured = new Map(apps.map((app) => [app.id, { app, digests: padded(app.secretSha256) }]));
  const unknown = { app: undefined, digests: padded([]) };
  // Values that have proved an app, by their SHA-256: to know one again takes one hash, and no credential is kept.
  const cache = new Map<string, AppConfig>();

  return {
    authenticate(authorization) {
      const [value] = authorization;
      if (value === undefined || authorization.length !== 1)
        throw appUnauthenticated(`there are ${authorization.length} authorization values and not one`);
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
        // No early end: the time does not tell which secret fitted, nor in which form.
        if (isSameDigest(presented, known)) isRight = true;
        if (isSameDigest(presentedDecoded, known)) isRightDecoded = true;
      }
      // An id that nobody has may be a secret in the wrong place, so it stays out of the log.
      if (!app) throw appUnauthenticated(`no app has the id that came, of ${id.length} characters`);
      if (!isRight && !isRightDecoded) throw appUnauthenticated(`the secret of the app ${app.id} is wrong`);
      // As they stand and in the usual spelling of "Basic " alone, so that there are no more of them than secrets.
      if (isRight && app.id === id && canonicalScheme.test(value)) cache.set(valueDigest, app);
      return app;
    },
  };
}

/** `why` is for the log, and holds no secret. A text, since an Error would cost a stranger's call twice its time. */
function appUnauthenticated(cause: string): TicketError {
  return new TicketError("APP_UNAUTHENTICATED", undefined, { cause });
}
