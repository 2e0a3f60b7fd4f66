import type { RedisConfig } from "../config/config.js";
import type { ConnectionOptions } from "../store/redis/connection/connection.js";
import type { Reloadable } from "./reload/reloadable.js";

export type Credentials = Pick<ConnectionOptions, "username" | "password">;

/** Credentials of Redis and its Sentinels, which a reload replaces. */
export interface RedisCredentials extends Reloadable {
  ofServers(): Credentials;
  ofSentinels(): Credentials;
}

/** Returns the options with credentials that are those of the moment at which a connection is opened. */
export function withCredentials(
  options: Omit<ConnectionOptions, keyof Credentials>,
  credentials: () => Credentials,
): ConnectionOptions {
  return {
    ...options,
    get username() {
      return credentials().username;
    },
    get password() {
      return credentials().password;
    },
  };
}

/** Creates the credentials of a configuration. */
export function createRedisCredentials(initial: RedisConfig): RedisCredentials {
  let current = initial;
  return {
    ofServers() {
      const { url, username, password } = current;
      const parsedUrl = url === undefined ? undefined : new URL(url);
      const decode = (text: string | undefined) => (text ? decodeURIComponent(text) : undefined);
      return {
        username: username ?? decode(parsedUrl?.username),
        password: password ?? decode(parsedUrl?.password),
      };
    },
    ofSentinels: () => ({ username: current.sentinel?.username, password: current.sentinel?.password }),
    prepareReload:
      async ({ store }) =>
      () => {
        current = store.redis;
      },
  };
}
