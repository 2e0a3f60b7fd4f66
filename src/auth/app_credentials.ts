import { isUtf8 } from "node:buffer";
import type { AppConfig } from "../config/config.js";
import { Refusal } from "../domain/refusal.js";
import { digest, hexDigest, sameDigest } from "../domain/secrets.js";

/** Tells which app calls. */
export interface AppAuthenticator {
  /**
   * The app that the values of the metadata key `authorization` name and prove.
   *
   * @throws Refusal APP_UNAUTHENTICATED with one fixed text, whatever is wrong.
   */
  authenticate(authorization: readonly string[]): AppConfig;
}

/** Longest `authorization` value that is looked at, in characters. */
const maxLength = 2048;

const usualSpelling = /^Basic [^ ]/;
const basic = /^basic +([A-Za-z0-9+/]+={0,2})$/i;

// As long as a digest and never equal to one.
const noDigest = "-".repeat(64);

/**
 * Knows apps by `Basic base64(app_id:app_secret)` (RFC 7617) in its one canonical form: padded, UTF-8, and exactly one
 * value. An app may have several secrets at a time, so that they can be rotated. An app id may not hold a colon.
 */
export function createAppAuthenticator(apps: readonly AppConfig[]): AppAuthenticator {
  // Every caller costs the same number of comparisons: an unknown app is not told apart from a wrong secret.
  const comparisons = Math.max(1, ...apps.map((app) => app.secretSha256.length));
  const padded = (digests: readonly string[]): readonly string[] => [
    ...digests,
    ...Array<string>(comparisons - digests.length).fill(noDigest),
  ];
  const configured = new Map(apps.map((app) => [app.id, { app, digests: padded(app.secretSha256) }]));
  const unknown = { app: undefined, digests: padded([]) };
  // Values that have proved an app, by their SHA-256: to know one again takes one hash, and no credential is kept.
  const proven = new Map<string, AppConfig>();

  return {
    authenticate(authorization) {
      const [value] = authorization;
      if (value === undefined || authorization.length !== 1 || value.length > maxLength)
        throw unauthenticated();
      const valueDigest = digest(value);
      const provenApp = proven.get(valueDigest);
      if (provenApp) return provenApp;
      const credential = credentialIn(value);
      if (!credential) throw unauthenticated();
      const { app, digests } = configured.get(credential.appId) ?? unknown;
      const presented = hexDigest(credential.secret);
      let right = false;
      for (const known of digests) {
        // No early end: the time does not tell which secret fitted.
        if (sameDigest(presented, known)) right = true;
      }
      if (!app || !right) throw unauthenticated();
      // In the usual spelling of "Basic " alone, so that there are no more of them than secrets.
      if (usualSpelling.test(value)) proven.set(valueDigest, app);
      return app;
    },
  };
}

function credentialIn(value: string): { appId: string; secret: string } | undefined {
  const encoded = basic.exec(value)?.[1];
  if (encoded === undefined) return undefined;
  const bytes = Buffer.from(encoded, "base64");
  if (bytes.toString("base64") !== encoded || !isUtf8(bytes)) return undefined;
  const text = bytes.toString("utf8");
  const colon = text.indexOf(":");
  if (colon < 1 || colon === text.length - 1) return undefined;
  return { appId: text.slice(0, colon), secret: text.slice(colon + 1) };
}

function unauthenticated(): Refusal {
  return new Refusal("APP_UNAUTHENTICATED");
}
