import type { AppConfig } from "../config/config.js";
/** Tells which app calls. */
export interface AppAuthenticator {
    /**
     * The app that the values of the metadata key `authorization` name and prove.
     *
     * @throws Refusal APP_UNAUTHENTICATED with one fixed text, whatever is wrong. Its cause says which, for the log.
     */
    authenticate(authorization: readonly string[]): AppConfig;
}
/**
 * Knows apps by `Basic base64(app_id:app_secret)` (RFC 7617) in its one canonical form: padded, UTF-8, and exactly one
 * value. Id and secret may be encoded as form fields before that, as OAuth clients do (RFC 6749, section 2.3.1). An app may have
 * several secrets at a time, so that they can be rotated. An app id may not hold a colon.
 */
export declare function createAppAuthenticator(apps: readonly AppConfig[]): AppAuthenticator;
