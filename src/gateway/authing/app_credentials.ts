import type { FastifyRequest } from "fastify";
import { type AppClient, type AppCredentials, isQrLoginError } from "../../client/index.js";
import { type AppRegistry, type RegisteredApp, readBasicCredentials } from "../access/app_registry.js";
import { requestIdOf } from "../http/request_id.js";
import { annotateLog } from "../http/request_log.js";
import { appUnauthenticated } from "../tickets/exchanges.js";
import { appIdOf } from "./schemas.js";

/** The parameters of client_secret_post (RFC 6749, section 2.3.1). */
export interface ClientFields {
  readonly client_id?: string | null | undefined;
  readonly client_secret?: string | null | undefined;
}

/**
 * Returns the credentials in the header (client_secret_basic) or the body (client_secret_post). Ignores a
 * Bearer token.
 */
export function credentialsOf(
  request: FastifyRequest,
  fields: ClientFields,
  apps: AppRegistry,
): AppCredentials | undefined {
  const byHeader = readBasicCredentials(request.headers.authorization, apps);
  if (byHeader) return byHeader;
  const appId = fields.client_id || appIdOf(request);
  return appId && fields.client_secret ? { appId, appSecret: fields.client_secret } : undefined;
}

/**
 * Returns the app that the credentials name, without a check of the secret.
 *
 * @throws HttpError APP_UNAUTHENTICATED if it is not an app of this gateway.
 */
export function appOfCredentials(
  request: FastifyRequest,
  { appId }: AppCredentials,
  apps: AppRegistry,
): RegisteredApp {
  const app = apps.find(appId);
  if (!app) {
    annotateLog(request, { cause: "the app id of the credential is not configured at this gateway" });
    throw appUnauthenticated();
  }
  annotateLog(request, { app: app.id });
  return app;
}

/**
 * Resolves with the app of the credentials. The service compares the secret, since an app can have several: it
 * compares digests, in constant time.
 *
 * @throws HttpError APP_UNAUTHENTICATED (401)
 * @throws QrLoginError with the service's reason.
 */
export type AuthenticateApp = (
  request: FastifyRequest,
  credentials: AppCredentials | undefined,
) => Promise<RegisteredApp>;

/** Creates the function that authenticates a calling app. */
export function createAuthenticateApp(
  apps: AppRegistry,
  callerClient: Pick<AppClient, "getSigningKeys">,
): AuthenticateApp {
  return async (request, credentials) => {
    if (!credentials) throw appUnauthenticated();
    const app = appOfCredentials(request, credentials, apps);
    try {
      // Of the service's calls, the one without parameters and effects.
      await callerClient.getSigningKeys({}, { credentials, requestId: requestIdOf(request) });
    } catch (error) {
      if (isQrLoginError(error, "APP_UNAUTHENTICATED")) throw appUnauthenticated();
      throw error;
    }
    return app;
  };
}
