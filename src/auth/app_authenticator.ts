import { readBasicId } from "../base/basic_credentials.js";
import { type Clock, systemClock } from "../base/clock.js";
import { TicketError } from "../domain/ticket_error.js";
import { createAppSecretAuthenticator, type SecretHolder } from "./basic_authenticator.js";

/** Certificate that a client has presented, and whose key it has proven to hold. */
export interface ClientCertificate {
  /** Names of the certificate, as `URI:…` and `DNS:…`, the latter in lower case. */
  readonly names: readonly string[];
  /** End of validity, in milliseconds since the Unix epoch. */
  readonly validTo: number;
  /** Reason why the certificate is not accepted, such as a code of OpenSSL; undefined if it is. */
  readonly failure: string | undefined;
}

/** Authenticator of apps, by a secret, a client certificate, or both. */
export interface AppAuthenticator<App> {
  /**
   * Returns the app that makes a call.
   *
   * @param authorization Values of the metadata key `authorization`.
   * @param certificate Certificate of the connection.
   * @throws TicketError APP_UNAUTHENTICATED with one fixed message. The cause states the failure, for the log.
   */
  authenticate(authorization: readonly string[], certificate?: ClientCertificate): App;
}

interface App extends SecretHolder {
  readonly certificateNames: readonly string[];
}

/**
 * Creates the authenticator of apps. What an app needs is what its configuration has: a secret, a certificate, or
 * both. A certificate never stands in for a secret that is configured, and whoever presents a certificate of one app
 * cannot call as another.
 *
 * A certificate with the names of several apps is that of a gateway. Each call then has to name its app: `Basic id:`.
 */
export function createAppAuthenticator<A extends App>(
  apps: readonly A[],
  clock: Pick<Clock, "wallNow"> = systemClock,
): AppAuthenticator<A> {
  const bySecret = createAppSecretAuthenticator(apps);
  const owners = new Map(apps.flatMap((app) => app.certificateNames.map((name) => [keyOf(name), app])));
  if (owners.size === 0) return bySecret;
  const withoutSecret = new Map(
    [...owners.values()].filter(({ secretSha256 }) => secretSha256.length === 0).map((app) => [app.id, app]),
  );

  /** Returns why the certificate stands for no app; undefined if it may stand for one. */
  function failureOf(certificate: ClientCertificate | undefined): string | undefined {
    if (!certificate) return "there is no client certificate";
    if (certificate.failure !== undefined)
      return `the client certificate is not accepted (${certificate.failure})`;
    // A connection may outlive the certificate.
    return clock.wallNow() >= certificate.validTo ? "the client certificate has expired" : undefined;
  }

  function appsOf(certificate: ClientCertificate | undefined): ReadonlySet<A> {
    const names = failureOf(certificate) === undefined ? (certificate?.names ?? []) : [];
    return new Set(names.flatMap((name) => owners.get(name) ?? []));
  }

  function authenticateByCertificate(certificate: ClientCertificate | undefined): A {
    const [app, ...more] = appsOf(certificate);
    if (!app) throw unauthenticated(failureOf(certificate) ?? "the client certificate has no name of an app");
    if (more.length > 0)
      throw unauthenticated("the client certificate has names of several apps, and the call names none");
    if (app.secretSha256.length > 0)
      throw unauthenticated(`the app ${app.id} needs its secret beside the client certificate`);
    return app;
  }

  function requireCertificate(app: A, certificate: ClientCertificate | undefined): void {
    const certified = appsOf(certificate);
    if (certified.has(app)) return;
    if (app.certificateNames.length > 0) {
      const cause = failureOf(certificate) ?? "the client certificate has none of its names";
      throw unauthenticated(`the app ${app.id} needs a client certificate: ${cause}`);
    }
    if (certified.size > 0) throw unauthenticated(`the client certificate is not one of the app ${app.id}`);
  }

  return {
    authenticate(authorization, certificate) {
      if (authorization.length === 0) return authenticateByCertificate(certificate);
      // There is no secret to compare, so that one which the app had before may still be sent.
      const named = withoutSecret.get(readBasicId(authorization) ?? "");
      const app = named ?? bySecret.authenticate(authorization);
      requireCertificate(app, certificate);
      return app;
    },
  };
}

/** Returns a name of the configuration in the form of those of a certificate. No DNS name has a colon. */
function keyOf(name: string): string {
  return name.includes(":") ? `URI:${name}` : `DNS:${name}`;
}

function unauthenticated(cause: string): TicketError {
  return new TicketError("APP_UNAUTHENTICATED", undefined, { cause });
}
