import {
  type AppClient,
  createAppClient,
  type ErrorReasonName,
  QrLoginError,
  type Tls,
} from "../client/index.js";
import type { Explanation } from "./finding.js";

/** Connection of a check to the service, and the app as which it calls. */
export interface ServiceConnection {
  readonly address: string;
  /** TLS options; the client's default if absent. */
  readonly tls?: Tls | undefined;
  readonly app: { readonly id: string; readonly secret: string | undefined };
}

/** Runs `use` with a client of the app, and closes the client. */
export async function withAppClient<Result>(
  { address, tls, app }: ServiceConnection,
  timeout: number,
  use: (client: AppClient) => Promise<Result>,
): Promise<Result> {
  const client = createAppClient({
    ...{ address, appId: app.id, appSecret: app.secret, deadlineMs: timeout },
    ...(tls !== undefined && { tls }),
  });
  try {
    return await use(client);
  } finally {
    client.close();
  }
}

const remedies: Partial<Readonly<Record<ErrorReasonName, string>>> = {
  APP_UNAUTHENTICATED:
    "give the gateway a secret whose SHA-256 is in secretSha256 of the app at the service, or add its digest there",
  CONCURRENT_UPDATE: "repeat the command",
  ISSUER_UNAVAILABLE: "see the checks of the issuer, and the log of the service",
  POLICY_NOT_SUPPORTED: "use the same version as the service",
  RATE_LIMITED: "wait, and repeat the command: the limits of the app apply to it as well",
  SERVER_DRAINING: "the service is stopping: repeat the command",
  SIGN_IN_DISABLED: "an administrator has disabled them: qrlogin sign-ins list",
  STORE_UNAVAILABLE: "see the check of Redis, and the log of the service",
  TOO_MANY_TICKETS: "wait until tickets have expired, or raise store.maxTickets",
  TOO_MANY_WATCHES: "raise the limits of watches, or wait",
  USER_POOL_MISMATCH: "use the token of a user of the app's user pool, or another app (--app)",
  USER_TOKEN_EXPIRED: "get a fresh token",
  USER_UNAUTHENTICATED: "see why: qrlogin check-token",
};

/** Returns the text of a failed call, with its cause and what to do. */
export function explainCallFailure(error: unknown): { readonly text: string } & Explanation {
  if (!(error instanceof QrLoginError)) {
    return { text: error instanceof Error ? error.message : String(error) };
  }
  const { connectionFailure, rawMessage, codeName, reason } = error;
  if (connectionFailure !== undefined) {
    // The client's own text: what is wrong, a semicolon, and what to do.
    const [text = "", ...todo] = rawMessage.split("; ");
    return { text, remedy: todo.join("; ") };
  }
  return {
    text: [codeName, reason].filter(Boolean).join(", "),
    cause: rawMessage,
    remedy: reason === undefined ? undefined : remedies[reason],
  };
}
